#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace jailctl::tree {

/// Proves, while a file is written from its beginning to its end, that the disk has what was written: stretch by
/// stretch it is written out, dropped from memory, read again and compared byte by byte, by a thread of its own that is
/// at most one stretch behind. So nothing is left to be synced or read at the end. Memory: two stretches of 4 MiB.
class ReadBack {
public:
    /// @param file  open for reading and writing, borrowed. @throws Error invalid: no empty
    /// regular file at its beginning
    explicit ReadBack(int file);
    ~ReadBack();
    ReadBack(const ReadBack&) = delete;
    ReadBack& operator=(const ReadBack&) = delete;
    /// The next bytes, which are in the file by now. @throws Error damaged, io: of an earlier stretch
    void wrote(std::string_view bytes);
    /// Everything was compared on return. @throws Error damaged: the file holds something else; io
    void finish();

private:
    void hand_over();
    void work();
    void compare(std::string_view bytes);

    int file_;
    std::string filling_, waiting_;  // the second one is the thread's until it is empty again
    std::uint64_t compared_ = 0;     // bytes of the file; the thread's
    std::string again_;              // what the file says; the thread's
    std::exception_ptr failure_;
    bool ending_ = false;
    std::mutex mutex_;
    std::condition_variable filled_, free_;
    std::thread worker_;  // last: it uses all the others
};

}  // namespace jailctl::tree

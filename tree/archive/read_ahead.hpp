#pragma once

#include <array>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "archive/source.hpp"

namespace jailctl::tree {

/// Runs a source in a thread of its own, a few pieces ahead of the one who reads: inflating goes on while digesting and
/// looking at the tar do. Pieces, the end and an error arrive in the order the source had them.
class ReadAhead final : public ByteSource {
public:
    /// @param from  used by the thread until next() has returned the end or thrown, or until the destructor is done
    explicit ReadAhead(std::unique_ptr<ByteSource> from);
    ~ReadAhead() override;
    std::string_view next() override;

private:
    void work() noexcept;
    [[nodiscard]] bool wait_for_room();
    void add(std::string_view piece);

    static constexpr std::size_t ahead = 3;  // of 1 MiB each at most: own members are no longer
    std::unique_ptr<ByteSource> from_;
    std::array<std::string, ahead> pieces_;
    std::size_t added_ = 0;      // pieces so far, by the thread
    std::size_t done_with_ = 0;  // of those, by the reader
    bool lent_ = false;          // the reader still looks at the oldest one
    bool ended_ = false, leaving_ = false;
    std::exception_ptr failure_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::thread thread_;  // last: it uses all the others
};

}  // namespace jailctl::tree

#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "archive/new_file.hpp"
#include "archive/place.hpp"

namespace jailctl::tree {

/// A small file that waits for being made, with its content.
struct QueuedFile {
    struct Stretch {
        std::uint64_t offset;    ///< in the file
        std::size_t begin, size; ///< in the batch's bytes
    };
    std::shared_ptr<Place> place;
    std::string name;
    Member member;
    bool gives_group = false;
    std::vector<Stretch> stretches;
};

/// Makes small files in threads of their own, many at a time: making one costs the kernel far more than handing it
/// over. All functions are for one thread. Memory: a fixed number of batches of a few hundred KiB.
class Crew {
public:
    static constexpr std::uint64_t largest = std::uint64_t{64} << 10;  ///< bytes of a file worth copying

    /// @param note  called by the thread that calls these functions
    explicit Crew(Note note);
    /// Leaves undone what was not begun.
    ~Crew();
    /// Adds a file; its content is what add_content() brings before the next call of anything else.
    /// @throws Error what went wrong with an earlier file
    void add(QueuedFile file);
    void add_content(std::uint64_t offset, std::string_view bytes);
    /// Waits until all files added have been made. @throws Error what went wrong with one of them
    void wait();

private:
    struct Batch {
        std::string bytes;
        std::vector<QueuedFile> files;
        std::size_t stretches = 0;
        [[nodiscard]] bool full() const noexcept;
    };
    void hand_over();
    void start();
    void work();
    void make_all(Batch& batch);
    void make(const Batch& batch, QueuedFile& file);
    /// With the lock held by nobody; notes and failures come out here.
    void surface(std::unique_lock<std::mutex>& lock);

    Note note_;
    std::unique_ptr<Batch> filling_ = std::make_unique<Batch>();
    std::mutex mutex_;
    std::condition_variable work_, done_;
    std::deque<std::unique_ptr<Batch>> waiting_;
    std::vector<std::unique_ptr<Batch>> spare_;
    std::size_t unfinished_ = 0;  // batches handed over
    std::exception_ptr failure_;
    std::vector<std::pair<std::string, std::string>> notes_;
    bool leaving_ = false;
    std::vector<std::thread> workers_;  // last: they use all the others
};

}  // namespace jailctl::tree

#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_set>

#include "glob.hpp"
#include "walk.hpp"

namespace jailctl::tree {

/// Has the disk read what a walk will come to next, many files at once, while the walk works on the current one: a
/// second walk in a thread of its own, a bounded way ahead. It begins where something was missing from memory and ends
/// when nothing has been for a while, so that a tree that is in memory costs nothing.
class LookAhead {
public:
    /// @param root      borrowed; of the walk that is to be helped
    /// @param excludes  directories of these are not entered
    LookAhead(int root, Excludes excludes);
    ~LookAhead();

    /// To be called for each regular file in the order of the walk, excluded ones too. @param size  in bytes
    void pass(std::uint64_t size);
    /// To be called after pass() for a file that is to be read. @param cached  the beginning of its content is in
    /// memory, or it has none @return it was not there before the walk: whoever read it may drop it again
    [[nodiscard]] bool look(const Entry& entry, bool cached);

    /// Of a longer file only the beginning is asked for, in bytes.
    static constexpr std::uint64_t most_of_file = std::uint64_t{4} << 20;

private:
    class Scout;
    /// How far both have come since the scout set out, and what it asked for. Guarded by the mutex.
    struct Shared {
        std::mutex mutex;
        std::condition_variable changed;
        std::uint64_t passed = 0, passed_bytes = 0;  // by the walk
        std::uint64_t seen = 0, seen_bytes = 0;      // by the scout
        std::unordered_set<std::uint64_t> asked;     // inodes that were asked for and not met yet
        std::unordered_set<std::uint64_t> linked;    // of several names, read or to be read by one of them
        bool waiting = false;                        // the scout is as far ahead as it may be
        bool ended = false;                          // it has nothing to do any more
        std::atomic<bool> leaving = false;           // it is to end
        void link(std::uint64_t inode);
    };
    void send_out(std::string from);
    void call_back();

    int root_;
    Excludes excludes_;
    Shared shared_;
    std::thread scout_;     // joinable: one was sent out
    bool refused_ = false;  // the system gave no thread: it goes without
};

}  // namespace jailctl::tree

#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "archive/index_reader.hpp"
#include "archive/source.hpp"

namespace jailctl::tree {

/// Decodes the pieces of an archive on all processors and hands them over in their order. Each piece must hold exactly
/// as much as the table says: one that lies is damage. Memory: a few pieces, read and decoded, for each processor. The
/// caller's thread decodes as well where it would have to wait: so there are as many threads as processors, and none of
/// them is kept off one by another.
class PieceSource final : public ByteSource {
public:
    /// Which pieces, the last one included.
    struct Range {
        std::size_t first, last;
    };
    /// @param took  is given the file's bytes of each piece, in order, by the thread that calls next()
    PieceSource(int file, PieceTable table, Range range, std::function<void(std::string_view)> took = {});
    ~PieceSource() override;
    std::string_view next() override;

private:
    enum class State { free, busy, done, failed };
    struct Slot {
        std::string read, decoded;
        std::exception_ptr failure;
        State state = State::free;
    };
    void work();
    [[nodiscard]] bool can_take();
    void decode_one(std::unique_lock<std::mutex>& lock);
    void decode(std::size_t piece, Slot& slot);
    Slot& slot(std::size_t piece) { return slots_[piece % slots_.size()]; }

    int file_;
    PieceTable table_;
    Range range_;
    std::function<void(std::string_view)> took_;
    std::vector<Slot> slots_;
    std::size_t taken_, wanted_;   // next piece for a worker, for the reader
    bool lent_ = false, leaving_ = false;
    std::mutex mutex_;
    std::condition_variable free_, done_;
    std::vector<std::thread> workers_;  // last: they use all the others
};

}  // namespace jailctl::tree

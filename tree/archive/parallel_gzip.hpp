#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "archive/output.hpp"

namespace jailctl::tree {

/// Compresses on all processors: the stream is cut into pieces of 1 MiB, each becomes a gzip member of its own, members
/// are written in order. gzip(1) and every tar read that as one file. Memory: about 2.5 MiB per member in flight.
class ParallelGzip final : public Encoder {
public:
    static constexpr std::size_t piece = std::size_t{1} << 20;

    explicit ParallelGzip(Output& output);
    ~ParallelGzip() override;
    void write(std::string_view bytes) override;
    void finish() override;

private:
    enum class State { free, filled, busy, done, failed };
    struct Slot {
        std::string in, out;
        std::size_t size = 0;  // of the member, at the beginning of `out`
        State state = State::free;
    };
    void submit();
    void drain_oldest();
    void work();
    Slot& slot(std::size_t number) { return slots_[number % slots_.size()]; }

    Output& output_;
    std::vector<Slot> slots_;
    std::size_t filling_ = 0;   // number of the piece being filled
    std::size_t taken_ = 0;     // next one a worker takes
    std::size_t oldest_ = 0;    // next one to be written
    bool ending_ = false;
    std::mutex mutex_;
    std::condition_variable filled_, done_;
    std::vector<std::thread> workers_;
};

}  // namespace jailctl::tree

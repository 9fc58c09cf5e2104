#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "archive/output.hpp"
#include "archive/piece_codec.hpp"

namespace jailctl::tree {

/// Compresses on all processors: the stream is cut into pieces of one length, each becomes a member or frame of its
/// own, proven by decoding it again, and they are written in order. Every tool reads that as one file. Memory: at most
/// 48 MiB of pieces in flight. The caller's thread compresses as well where it would have to wait: so there are as many
/// threads as processors, and none of them is kept off one by another.
class PieceEncoder final : public Encoder {
public:
    PieceEncoder(Format format, PieceCodec codec, Output& output);
    ~PieceEncoder() override;
    void write(std::string_view bytes) override;
    void aside(std::string bytes) override;
    void finish() override;
    [[nodiscard]] std::size_t piece_size() const noexcept override { return codec_.piece; }

private:
    enum class State { free, filled, busy, done, failed, wrong };  // the last three: a worker is through with it
    struct Slot {
        std::string in, out;
        std::vector<std::string> behind;  // what aside() was given while the piece was filled
        std::size_t size = 0;  // of the member, at the beginning of `out`
        State state = State::free;
    };
    void submit();
    void drain_oldest();
    /// What a thread needs to compress.
    struct Tools {
        std::unique_ptr<PieceCompressor> compressor;
        std::string again;  // what the piece decodes to
    };
    void work();
    void compress_one(std::unique_lock<std::mutex>& lock, Tools& tools);
    [[nodiscard]] static State compress(Tools& tools, Slot& slot);
    Slot& slot(std::size_t number) { return slots_[number % slots_.size()]; }

    PieceCodec codec_;
    Output& output_;
    std::vector<Slot> slots_;
    std::size_t filling_ = 0;   // number of the piece being filled
    std::size_t taken_ = 0;     // next one a worker takes
    std::size_t oldest_ = 0;    // next one to be written
    bool ending_ = false;
    std::mutex mutex_;
    std::condition_variable filled_, done_;
    Tools own_;  // of the caller's thread
    std::vector<std::thread> workers_;
};

}  // namespace jailctl::tree

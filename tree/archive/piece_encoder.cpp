#include "archive/piece_encoder.hpp"

#include <algorithm>
#include <memory>

#include "archive/piece_decoder.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

// Bytes: a backup is to take 96 MiB at most (bench row X1)
constexpr std::size_t most_in_flight = std::size_t{48} << 20;

/// Pieces beyond those in work, so that no worker waits for the writer.
std::size_t waiting_for(const PieceCodec& codec) { return codec.piece > gzip_piece ? 2 : 4; }

/// Those who compress, the caller among them. Each piece in flight takes its own length twice, in and out; each of them
/// as much again to prove it.
unsigned workers_for(const PieceCodec& codec) {
    const std::size_t slot = 2 * codec.piece;
    const std::size_t left = most_in_flight - std::min(most_in_flight, waiting_for(codec) * slot);
    const auto most = static_cast<unsigned>(left / (slot + codec.piece + codec.memory));
    return std::clamp(std::thread::hardware_concurrency(), 1U, std::max(most, 1U));
}

}  // namespace

PieceEncoder::PieceEncoder(Format format, PieceCodec codec, Output& output)
    : Encoder(format), codec_(std::move(codec)), output_(output) {
    const unsigned count = workers_for(codec_);
    slots_.resize(count + waiting_for(codec_));
    slot(0).in.reserve(codec_.piece);
    own_.compressor = codec_.make();
    for (unsigned i = 1; i < count; ++i) workers_.emplace_back([this] { work(); });
}

PieceEncoder::~PieceEncoder() {
    {
        const std::lock_guard guard(mutex_);
        ending_ = true;
    }
    filled_.notify_all();
    for (auto& worker : workers_) worker.join();
}

void PieceEncoder::write(std::string_view bytes) {
    while (!bytes.empty()) {
        std::string& in = slot(filling_).in;
        const std::size_t part = std::min(bytes.size(), codec_.piece - in.size());
        in += bytes.substr(0, part);
        bytes.remove_prefix(part);
        if (in.size() == codec_.piece) submit();
    }
}

void PieceEncoder::aside(std::string bytes) { slot(filling_).behind.push_back(std::move(bytes)); }

void PieceEncoder::finish() {
    if (!slot(filling_).in.empty()) submit();
    while (oldest_ < filling_) drain_oldest();
    put(slot(filling_).behind, output_);
}

void PieceEncoder::submit() {
    {
        const std::lock_guard guard(mutex_);
        slot(filling_).state = State::filled;
        ++filling_;
    }
    filled_.notify_one();
    while (filling_ - oldest_ >= slots_.size()) drain_oldest();
    slot(filling_).in.reserve(codec_.piece);
}

void PieceEncoder::drain_oldest() {
    Slot& oldest = slot(oldest_);
    {
        std::unique_lock lock(mutex_);
        const auto ready = [&] { return oldest.state >= State::done; };
        while (!ready()) {
            if (taken_ < filling_)
                compress_one(lock, own_);
            else
                done_.wait(lock, ready);
        }
    }
    if (oldest.state == State::wrong)
        throw Error(Errc::damaged, "a piece of the archive does not decode to what it was made of");
    if (oldest.state == State::failed) throw Error(Errc::failed, "no memory to compress the archive");
    begins(output_.size());
    output_.write(std::string_view(oldest.out).substr(0, oldest.size));
    put(oldest.behind, output_);
    oldest.in.clear();
    oldest.state = State::free;
    ++oldest_;
}

/// A piece is proven before it is written: it must decode to what it was made of.
PieceEncoder::State PieceEncoder::compress(Tools& tools, Slot& slot) {
    if (!tools.compressor) return State::failed;
    try {
        slot.size = tools.compressor->compress(slot.in, slot.out);
        if (slot.size == 0) return State::failed;
        tools.again.resize(slot.in.size());
        const bool whole =
            decode_piece(std::string_view(slot.out).substr(0, slot.size), tools.again) && tools.again == slot.in;
        return whole ? State::done : State::wrong;
    } catch (const std::bad_alloc&) {
        return State::failed;
    }
}

void PieceEncoder::work() {
    Tools tools{codec_.make(), {}};
    std::unique_lock lock(mutex_);
    for (;;) {
        filled_.wait(lock, [&] { return ending_ || taken_ < filling_; });
        if (taken_ >= filling_) return;
        compress_one(lock, tools);
        done_.notify_one();
    }
}

void PieceEncoder::compress_one(std::unique_lock<std::mutex>& lock, Tools& tools) {
    Slot& mine = slot(taken_++);
    mine.state = State::busy;
    lock.unlock();
    const State state = compress(tools, mine);
    lock.lock();
    mine.state = state;
}

}  // namespace jailctl::tree

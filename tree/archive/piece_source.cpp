#include "archive/piece_source.hpp"

#include <algorithm>

#include "archive/piece_decoder.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

// Bytes: a restore is to take 96 MiB at most (bench row X1)
constexpr std::size_t most_in_flight = std::size_t{48} << 20;
constexpr std::size_t most_ahead = 8, least_ahead = 2;  // pieces beyond those in work: no one waits for the reader
constexpr std::size_t most_workers = 8;
constexpr std::uint64_t most_read = std::uint64_t{40} << 20;  // a piece that did not shrink, and chunks of the index

[[noreturn]] void damaged() {
    throw Error(Errc::damaged, "the archive's compressed data is damaged: a piece is not what its table says");
}

}  // namespace

PieceSource::PieceSource(int file, PieceTable table, Range range, std::function<void(std::string_view)> took)
    : file_(file), table_(std::move(table)), range_(range), took_(std::move(took)), taken_(range.first),
      wanted_(range.first) {
    const std::size_t pieces = range.last - range.first + 1;
    const std::size_t most = std::max<std::size_t>(most_in_flight / (2 * table_.size), least_ahead + 1);
    const auto count = std::min(pieces, std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1,
                                                                std::min(most - least_ahead, most_workers)));
    slots_.resize(std::min(count + most_ahead, most));
    for (std::size_t i = 1; i < count; ++i) workers_.emplace_back([this] { work(); });
}

PieceSource::~PieceSource() {
    {
        const std::lock_guard guard(mutex_);
        leaving_ = true;
    }
    free_.notify_all();
    for (auto& worker : workers_) worker.join();
}

std::string_view PieceSource::next() {
    std::unique_lock lock(mutex_);
    if (lent_) {
        slot(wanted_++).state = State::free;
        lent_ = false;
        free_.notify_all();
    }
    if (wanted_ > range_.last) return {};
    Slot& mine = slot(wanted_);
    const auto ready = [&] { return mine.state == State::done || mine.state == State::failed; };
    while (!ready()) {
        if (can_take())
            decode_one(lock);
        else
            done_.wait(lock, ready);
    }
    if (mine.state == State::failed) std::rethrow_exception(mine.failure);
    lent_ = true;
    lock.unlock();
    if (took_) took_(mine.read);
    return mine.decoded;
}

void PieceSource::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        free_.wait(lock, [&] { return leaving_ || taken_ > range_.last || can_take(); });
        if (leaving_ || taken_ > range_.last) return;
        decode_one(lock);
        done_.notify_one();
    }
}

bool PieceSource::can_take() {
    return taken_ <= range_.last && taken_ - wanted_ < slots_.size() && slot(taken_).state == State::free;
}

void PieceSource::decode_one(std::unique_lock<std::mutex>& lock) {
    const std::size_t piece = taken_++;
    Slot& mine = slot(piece);
    mine.state = State::busy;
    lock.unlock();
    try {
        decode(piece, mine);
    } catch (...) {
        mine.failure = std::current_exception();
    }
    lock.lock();
    mine.state = mine.failure ? State::failed : State::done;
}

void PieceSource::decode(std::size_t piece, Slot& slot) {
    const std::uint64_t begin = table_.offsets[piece], length = table_.end_of(piece) - begin;
    if (length > most_read) damaged();
    slot.read = read_exactly(file_, begin, static_cast<std::size_t>(length));
    slot.decoded.resize(table_.content_of(piece));
    if (!decode_piece(slot.read, slot.decoded)) damaged();
}

}  // namespace jailctl::tree

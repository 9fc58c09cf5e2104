#include "archive/read_ahead.hpp"

namespace jailctl::tree {

ReadAhead::ReadAhead(std::unique_ptr<ByteSource> from) : from_(std::move(from)), thread_([this] { work(); }) {}

ReadAhead::~ReadAhead() {
    {
        const std::lock_guard guard(mutex_);
        leaving_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

std::string_view ReadAhead::next() {
    std::unique_lock lock(mutex_);
    if (lent_) {
        lent_ = false;
        ++done_with_;
        changed_.notify_one();
    }
    changed_.wait(lock, [this] { return ended_ || done_with_ < added_; });
    if (done_with_ < added_) {
        lent_ = true;
        return pieces_[done_with_ % ahead];
    }
    if (failure_) std::rethrow_exception(failure_);
    return {};
}

void ReadAhead::work() noexcept {
    std::exception_ptr failure;
    try {
        while (wait_for_room()) {
            const std::string_view piece = from_->next();
            if (piece.empty()) break;
            add(piece);
        }
    } catch (...) {
        failure = std::current_exception();
    }
    const std::lock_guard guard(mutex_);
    failure_ = failure;
    ended_ = true;
    changed_.notify_one();
}

/// @return false: nobody reads any more
bool ReadAhead::wait_for_room() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return leaving_ || added_ - done_with_ < ahead; });
    return !leaving_;
}

/// Only the thread writes to a piece, and the reader does not look at it before it is counted.
void ReadAhead::add(std::string_view piece) {
    pieces_[added_ % ahead].assign(piece);
    const std::lock_guard guard(mutex_);
    ++added_;
    changed_.notify_one();
}

}  // namespace jailctl::tree

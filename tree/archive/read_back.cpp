#include "archive/read_back.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/aside.hpp"
#include "file.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

// Long enough that a disk which has to seek between writing and reading loses little by it.
constexpr std::size_t stretch = std::size_t{4} << 20;
constexpr std::size_t part = std::size_t{1} << 18;  // read at once: it stays in the processor's cache until compared

void require_fresh(int file) {
    struct stat facts{};
    if (::fstat(file, &facts) != 0) throw_errno("cannot look at the archive");
    if (!S_ISREG(facts.st_mode) || facts.st_size != 0 || ::lseek(file, 0, SEEK_CUR) != 0)
        throw Error(Errc::invalid, "the archive cannot be read back: it is no empty regular file");
}

}  // namespace

ReadBack::ReadBack(int file) : file_(file) {
    require_fresh(file);
    filling_.reserve(stretch);
    waiting_.reserve(stretch);
    worker_ = std::thread([this] { work(); });
}

ReadBack::~ReadBack() {
    {
        const std::lock_guard guard(mutex_);
        ending_ = true;
    }
    filled_.notify_one();
    worker_.join();
}

void ReadBack::wrote(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::string_view taken = bytes.substr(0, stretch - filling_.size());
        filling_ += taken;
        bytes.remove_prefix(taken.size());
        if (filling_.size() == stretch) hand_over();
    }
}

void ReadBack::finish() {
    hand_over();
    std::unique_lock lock(mutex_);
    free_.wait(lock, [&] { return waiting_.empty(); });
    if (failure_) std::rethrow_exception(failure_);
    struct stat facts{};
    if (::fstat(file_, &facts) != 0) throw_errno("cannot look at the archive");
    if (static_cast<std::uint64_t>(facts.st_size) != compared_)
        throw Error(Errc::damaged, "the archive is longer or shorter than what was written to it");
}

void ReadBack::hand_over() {
    std::unique_lock lock(mutex_);
    free_.wait(lock, [&] { return waiting_.empty(); });
    if (failure_) std::rethrow_exception(failure_);
    std::swap(filling_, waiting_);
    lock.unlock();
    filled_.notify_one();
}

void ReadBack::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        filled_.wait(lock, [&] { return ending_ || !waiting_.empty(); });
        if (ending_) return;
        lock.unlock();
        try {
            compare(waiting_);
        } catch (...) {
            failure_ = std::current_exception();  // read behind the lock below
        }
        lock.lock();
        waiting_.clear();
        free_.notify_one();
    }
}

void ReadBack::compare(std::string_view bytes) {
    write_out(file_, compared_, bytes.size());
    // Advice, no promise: a file system that keeps its pages gives them back as it has them.
    drop_cached(file_, compared_, bytes.size());
    bring_in(file_, compared_, bytes.size());
    const std::uint64_t begin = compared_;
    for (; !bytes.empty(); bytes.remove_prefix(again_.size())) {
        read_exactly(file_, compared_, std::min(part, bytes.size()), again_);
        if (!bytes.starts_with(again_)) throw Error(Errc::damaged, "the archive does not read back as it was written");
        compared_ += again_.size();
    }
    drop_cached(file_, begin, compared_ - begin);  // nobody else is going to want it soon
}

}  // namespace jailctl::tree

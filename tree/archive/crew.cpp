#include "archive/crew.hpp"

#include <algorithm>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {

// Every file of a batch may hold a directory open: with those of the writer they stay far below the 1024 allowed.
constexpr std::size_t most_batches = 8, files_in_batch = 48;
constexpr std::size_t bytes_in_batch = std::size_t{256} << 10;
constexpr unsigned most_workers = 8;

}  // namespace

bool Crew::Batch::full() const noexcept {
    return files.size() >= files_in_batch || bytes.size() + stretches * sizeof(QueuedFile::Stretch) >= bytes_in_batch;
}

Crew::Crew(Note note) : note_(std::move(note)) {}

Crew::~Crew() {
    {
        const std::lock_guard guard(mutex_);
        leaving_ = true;
    }
    work_.notify_all();
    for (auto& worker : workers_) worker.join();
}

void Crew::add(QueuedFile file) {
    if (filling_->full()) hand_over();
    file.place->use();
    filling_->files.push_back(std::move(file));
}

void Crew::add_content(std::uint64_t offset, std::string_view bytes) {
    auto& stretches = filling_->files.back().stretches;
    if (!stretches.empty() && stretches.back().offset + stretches.back().size == offset) {
        stretches.back().size += bytes.size();
    } else {
        stretches.push_back({offset, filling_->bytes.size(), bytes.size()});
        ++filling_->stretches;
    }
    filling_->bytes += bytes;
}

void Crew::start() {
    const unsigned count = std::clamp(std::thread::hardware_concurrency(), 1U, most_workers);
    for (unsigned i = 0; i < count; ++i) workers_.emplace_back([this] { work(); });
}

void Crew::hand_over() {
    if (workers_.empty()) start();
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return unfinished_ < most_batches || failure_; });
    surface(lock);
    ++unfinished_;
    waiting_.push_back(std::move(filling_));
    if (spare_.empty()) {
        filling_ = std::make_unique<Batch>();
    } else {
        filling_ = std::move(spare_.back());
        spare_.pop_back();
    }
    lock.unlock();
    work_.notify_one();
}

void Crew::wait() {
    if (!filling_->files.empty()) hand_over();
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return unfinished_ == 0 || failure_; });
    surface(lock);
}

void Crew::surface(std::unique_lock<std::mutex>& lock) {
    const auto notes = std::exchange(notes_, {});
    if (failure_) std::rethrow_exception(failure_);
    if (notes.empty()) return;
    lock.unlock();
    for (const auto& [path, what] : notes) note_(path, what);
    lock.lock();
}

void Crew::work() {
    std::unique_lock lock(mutex_);
    for (;;) {
        work_.wait(lock, [this] { return leaving_ || !waiting_.empty(); });
        if (leaving_) return;
        std::unique_ptr<Batch> batch = std::move(waiting_.front());
        waiting_.pop_front();
        const bool worthless = failure_ != nullptr;
        lock.unlock();
        std::exception_ptr failure;
        try {
            if (!worthless) make_all(*batch);
        } catch (...) {
            failure = std::current_exception();
        }
        batch->files.clear();
        batch->bytes.clear();
        batch->stretches = 0;
        lock.lock();
        if (!failure_) failure_ = failure;
        spare_.push_back(std::move(batch));
        --unfinished_;
        done_.notify_one();
    }
}

void Crew::make_all(Batch& batch) {
    for (QueuedFile& file : batch.files) {
        try {
            make(batch, file);
        } catch (Error& error) {
            error.add_context("restoring " + escape_name(file.place->path_of(file.name)));
            throw;
        }
        file.place->release();
    }
}

void Crew::make(const Batch& batch, QueuedFile& file) {
    NewFile made(file.place->fd(), file.name.c_str(), file.place->path_of(file.name), file.member, file.gives_group);
    for (const auto& stretch : file.stretches)
        made.write(stretch.offset, std::string_view(batch.bytes).substr(stretch.begin, stretch.size));
    made.finish([this](const std::string& path, const std::string& what) {
        const std::lock_guard guard(mutex_);
        notes_.emplace_back(path, what);
    });
}

}  // namespace jailctl::tree

#include "look_ahead.hpp"

#include <algorithm>
#include <system_error>

#include "directory_stack.hpp"

namespace jailctl::tree {
namespace {

constexpr std::uint64_t most_ahead = 256;                                // files
constexpr std::uint64_t most_bytes_ahead = std::uint64_t{32} << 20;
constexpr std::uint64_t surely_ahead = 16;  // files: a few may have come or gone
constexpr std::size_t most_asked = 4096, most_linked = 65536;
// Files: those asked for are found in memory, which says nothing of the rest.
constexpr int after_a_miss = 2000;

bool lies_below(std::string_view path, std::string_view above) {
    return above.empty() || path == above || (path.starts_with(above) && path[above.size()] == '/');
}

std::uint64_t part_of(std::uint64_t size) { return std::min(size, LookAhead::most_of_file); }

struct Ended {};

}  // namespace

/// The second walk. What it cannot read is for the first one to tell.
class LookAhead::Scout final : public Visitor {
public:
    Scout(Shared& shared, Excludes excludes, std::string from)
        : shared_(shared), excludes_(std::move(excludes)), from_(std::move(from)) {}

    void run(int root) noexcept {
        try {
            walk(root, *this);
        } catch (...) {
            // Ended, or out of memory: the first walk goes on without help
        }
        const std::lock_guard guard(shared_.mutex);
        shared_.ended = true;
    }

    [[nodiscard]] bool wants_files_open() const override { return true; }
    void problem(std::string_view, const std::string&) override {}

    Visit visit(const Entry& entry) override {
        if (shared_.leaving) throw Ended{};  // on a long way to where it is to begin, too
        if (entry.facts.kind == Kind::directory) return visit_directory(entry.path);
        if (entry.facts.kind != Kind::regular) return Visit::enter;
        if (there_)
            take(entry);
        else
            there_ = entry.path == from_;
        return Visit::enter;
    }

    Leave leave(const Entry& entry) override {
        there_ = there_ || entry.path == parent_of(from_);  // it is gone meanwhile
        return Leave::done;
    }

private:
    [[nodiscard]] Visit visit_directory(std::string_view path) const {
        const bool wanted = there_ ? !excludes_.match(path) : lies_below(from_, path);
        return wanted ? Visit::enter : Visit::skip;
    }

    void take(const Entry& entry) {
        if (!go_on(entry.facts.size) || entry.file < 0 || entry.facts.size == 0 || excludes_.match(entry.path)) return;
        if (is_known_by_another_name(entry.facts)) return;
        if (is_cached(entry.file)) {
            if (--patience_ == 0) throw Ended{};
            return;
        }
        patience_ = after_a_miss;
        {
            const std::lock_guard guard(shared_.mutex);
            if (entry.facts.links > 1) shared_.link(entry.facts.identity.inode);
            if (shared_.asked.size() == most_asked) shared_.asked.clear();
            shared_.asked.insert(entry.facts.identity.inode);
        }
        bring_in(entry.file, 0, part_of(entry.facts.size));
    }

    /// Then it is not read again. To be asked first: to ask whether it is in memory may have the kernel bring it there.
    [[nodiscard]] bool is_known_by_another_name(const Facts& facts) const {
        if (facts.links < 2) return false;
        const std::lock_guard guard(shared_.mutex);
        return shared_.linked.contains(facts.identity.inode);
    }

    /// Waits until the walk is near enough. @return false: the walk is ahead, and has no use for this file
    [[nodiscard]] bool go_on(std::uint64_t size) {
        std::unique_lock lock(shared_.mutex);
        ++shared_.seen;
        shared_.seen_bytes += part_of(size);
        const auto far = [this] {
            return shared_.seen > shared_.passed + most_ahead ||
                   (shared_.seen > shared_.passed + 1 && shared_.seen_bytes > shared_.passed_bytes + most_bytes_ahead);
        };
        shared_.waiting = far();
        shared_.changed.wait(lock, [&] { return shared_.leaving || !far(); });
        shared_.waiting = false;
        if (shared_.leaving) throw Ended{};
        return shared_.seen > shared_.passed;
    }

    Shared& shared_;
    const Excludes excludes_;
    const std::string from_;  // path of the file behind which it begins
    bool there_ = false;
    int patience_ = after_a_miss;
};

void LookAhead::Shared::link(std::uint64_t inode) {
    if (linked.size() == most_linked) linked.clear();
    linked.insert(inode);
}

LookAhead::LookAhead(int root, Excludes excludes) : root_(root), excludes_(std::move(excludes)) {}

LookAhead::~LookAhead() { call_back(); }

void LookAhead::pass(std::uint64_t size) {
    if (!scout_.joinable()) return;
    const std::lock_guard guard(shared_.mutex);
    ++shared_.passed;
    shared_.passed_bytes += part_of(size);
    if (shared_.waiting) shared_.changed.notify_one();
}

bool LookAhead::look(const Entry& entry, bool cached) {
    bool asked = false, of_use = false;
    {
        const std::lock_guard guard(shared_.mutex);
        asked = shared_.asked.erase(entry.facts.identity.inode) > 0;
        const bool linked = entry.facts.links > 1;
        // One that is ahead and has not asked for this file goes another way: the tree changed under them.
        of_use = scout_.joinable() && !shared_.ended &&
                 (asked || linked || shared_.seen <= shared_.passed + surely_ahead);
        if (linked && !cached) shared_.link(entry.facts.identity.inode);
    }
    if (!cached && !of_use && !refused_) send_out(std::string(entry.path));
    return asked || !cached;
}

void LookAhead::send_out(std::string from) {
    call_back();
    shared_.passed = shared_.passed_bytes = shared_.seen = shared_.seen_bytes = 0;
    shared_.waiting = shared_.ended = shared_.leaving = false;
    auto scout = std::make_shared<Scout>(shared_, excludes_, std::move(from));
    try {
        scout_ = std::thread([this, scout] { scout->run(root_); });
    } catch (const std::system_error&) {
        refused_ = true;
    }
}

void LookAhead::call_back() {
    if (!scout_.joinable()) return;
    {
        const std::lock_guard guard(shared_.mutex);
        shared_.leaving = true;
    }
    shared_.changed.notify_one();
    scout_.join();
}

}  // namespace jailctl::tree

#include "archive/selection.hpp"

#include <algorithm>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t most_wanted = 2'000'000;

bool at_or_below(const std::string& path, const std::string& top) {
    return top.empty() || path == top || (path.starts_with(top) && path[top.size()] == '/');
}

}  // namespace

Selection::Selection(std::vector<std::string> paths) : paths_(std::move(paths)) {
    std::sort(paths_.begin(), paths_.end());
    std::vector<std::string> tops;
    for (std::string& path : paths_)
        if (std::none_of(tops.begin(), tops.end(), [&](const auto& top) { return at_or_below(path, top); }))
            tops.push_back(std::move(path));
    paths_ = std::move(tops);
    found_.resize(paths_.size());
}

/// @return the number of the path that asks for it, or how many there are
std::size_t Selection::match(const std::string& path) {
    const auto top = std::find_if(paths_.begin(), paths_.end(),
                                  [&](const auto& one) { return at_or_below(path, one); });
    return static_cast<std::size_t>(top - paths_.begin());
}

void Selection::end_last(std::uint64_t offset) {
    if (open_) wanted_.back().end = offset;
    open_ = false;
}

void Selection::see(const IndexEntry& entry) {
    end_last(entry.offset);
    if (second_) {
        const auto content = entry.hard_link ? instead_.end() : instead_.find(entry.path);
        if (content == instead_.end()) return;
        wanted_.push_back({entry, 0, content->second, {}});
    } else {
        const std::size_t by = match(entry.path);
        if (by == paths_.size()) return;
        found_[by] = true;
        Wanted wanted{entry, 0, entry.path, entry.hard_link ? entry.target : std::string()};
        if (entry.hard_link && match(entry.target) == paths_.size()) {
            const auto [content, first] = instead_.emplace(entry.target, entry.path);
            if (first) return;  // the content itself takes its place
            wanted.link_to = content->second;
        }
        wanted_.push_back(std::move(wanted));
    }
    if (wanted_.size() > most_wanted) throw Error(Errc::failed, "that is too much to extract: restore the archive");
    open_ = true;
}

bool Selection::asks_for(const std::string& path) {
    const std::size_t by = match(path);
    if (by == paths_.size()) return false;
    found_[by] = true;
    return true;
}

bool Selection::unresolved() {
    end_last(~std::uint64_t{0});
    if (second_ || instead_.empty()) return false;
    return second_ = true;
}

std::vector<Wanted> Selection::take(std::uint64_t tar_bytes) {
    for (std::size_t i = 0; i < paths_.size(); ++i)
        if (!found_[i])
            throw Error(Errc::not_found, "the archive holds no '" + escape_name(paths_[i]) + "'")
                .with_hint("'jailctl backups FILE --contents' lists what it holds");
    std::stable_sort(wanted_.begin(), wanted_.end(),
                     [](const Wanted& a, const Wanted& b) { return a.entry.offset < b.entry.offset; });
    for (Wanted& one : wanted_) one.end = std::min(one.end, tar_bytes);
    return std::move(wanted_);
}

}  // namespace jailctl::tree

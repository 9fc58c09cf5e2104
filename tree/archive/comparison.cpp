#include "archive/comparison.hpp"

#include <algorithm>
#include <tuple>

namespace jailctl::tree {
namespace {

bool is_below(std::string_view path, std::string_view directory) {
    return directory.empty() ||
           (path.size() > directory.size() && path.starts_with(directory) && path[directory.size()] == '/');
}

}  // namespace

Comparison::Comparison(Job& job, const Ledger& ledger, const Excludes& excludes, std::int64_t since)
    : job_(job), ledger_(ledger), excludes_(excludes), since_(since), kept_(ledger.size()) {}

Visitor::Visit Comparison::visit(const Entry& entry) {
    if (excludes_.match(entry.path)) return Visit::skip;
    if (entry.facts.kind == Kind::socket) {
        sockets_.add(entry);
        return Visit::enter;
    }
    look_at(entry);
    return entry.path.size() > longest_stored_path ? Visit::skip : Visit::enter;
}

void Comparison::problem(std::string_view path, const std::string& what) {
    if (excludes_.match(path)) return;
    ++(what.starts_with("cannot") ? unreadable_ : vanished_);
    job_.note(path, what);
}

/// Of the directory in which `path` stands: its own place if the live pass met it, else that of the one above.
std::uint64_t Comparison::anchor_above(std::string_view path) {
    while (!above_.empty() && !is_below(path, above_.back().path)) above_.pop_back();
    return above_.empty() ? 0 : above_.back().anchor;
}

void Comparison::look_at(const Entry& entry) {
    const Facts& facts = entry.facts;
    const std::ptrdiff_t at = ledger_.find(entry.path);
    const Remembered* known = at < 0 ? nullptr : &ledger_[static_cast<std::size_t>(at)];
    const std::uint64_t object = object_of(facts);
    const std::int64_t changed = nanoseconds_of(facts.changed);
    const bool directory = facts.kind == Kind::directory;
    const bool same = known != nullptr && known->object == object && known->changed == changed && changed < since_ &&
                      !known->was_noted() && known->is_directory() == directory;
    Change change{anchor_above(entry.path), order_++, std::string(entry.path), facts.kind};
    if (directory) {
        if (known != nullptr && known->is_directory()) {
            change.anchor = known->offset();
            change.replaces = at;
        }
        above_.push_back({change.path, change.anchor});
    } else if (facts.links > 1) {
        if (same) return names_.push_back({std::move(change), object, static_cast<std::size_t>(at)});
        torn_.insert(object);
    }
    if (!same) return changes_.push_back(std::move(change));
    kept_[static_cast<std::size_t>(at)] = true;
}

std::vector<Change> Comparison::take_changes() {
    for (const Name& name : names_) kept_[name.known] = true;
    for (std::size_t i = 0; i < ledger_.size(); ++i)
        if (!kept_[i] && ledger_[i].has_several_names()) torn_.insert(ledger_[i].object);
    for (Name& name : names_) {
        if (!torn_.contains(name.object)) continue;
        kept_[name.known] = false;
        changes_.push_back(std::move(name.change));
    }
    std::sort(changes_.begin(), changes_.end(), [](const Change& a, const Change& b) {
        return std::tie(a.anchor, a.order) < std::tie(b.anchor, b.order);
    });
    return std::move(changes_);
}

}  // namespace jailctl::tree

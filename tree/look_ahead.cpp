#include "look_ahead.hpp"

#include <algorithm>
#include <cstring>

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t most_ahead = 64, least_ahead = 32;
constexpr std::size_t most_places = 16;
constexpr std::size_t most_brought = 4096;
// Files: those asked for are found in memory, which says nothing of the rest.
constexpr std::size_t after_a_miss = 2000;

std::string_view parent_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

bool lies_below(std::string_view path, std::string_view above) {
    return above.empty() || path == above || (path.starts_with(above) && path[above.size()] == '/');
}

const char* next_name(DirectoryStream& stream) {
    try {
        return stream.next();
    } catch (const Error&) {
        return nullptr;  // the walk itself will say so
    }
}

}  // namespace

bool LookAhead::look(const Entry& entry, bool cached) {
    bool absent = brought_.erase(entry.facts.identity.inode) > 0;
    if (!cached) {
        absent = true;
        left_ = after_a_miss;
    }
    if (left_ == 0) return absent;
    --left_;
    advance(place_of(entry));
    return absent;
}

LookAhead::Place& LookAhead::place_of(const Entry& entry) {
    const std::string_view parent = parent_of(entry.path);
    while (!places_.empty() && !lies_below(parent, places_.back().path)) places_.pop_back();
    if (!places_.empty() && places_.back().path == parent) return places_.back();
    if (places_.size() == most_places) places_.erase(places_.begin());
    Place& place = places_.emplace_back();
    place.path = parent;
    UniqueFd directory = open_directory(entry.parent, ".");
    if (!directory) return place;
    place.stream = std::make_unique<DirectoryStream>(std::move(directory));
    const char* name = next_name(*place.stream);
    while (name != nullptr && std::strcmp(name, entry.name) != 0) name = next_name(*place.stream);
    return place;
}

void LookAhead::advance(Place& place) {
    if (place.ahead > 0) --place.ahead;
    if (!place.stream || place.ahead >= least_ahead) return;
    while (place.ahead < most_ahead) {
        const char* name = next_name(*place.stream);
        if (name == nullptr) return;
        if (!place.stream->at_regular_file()) continue;
        ask_for(place.stream->fd(), name);
        ++place.ahead;
    }
}

void LookAhead::ask_for(int directory, const char* name) {
    const UniqueFd file = open_file(directory, name);
    if (!file || is_cached(file.get())) return;
    bring_in(file.get());
    if (brought_.size() == most_brought) brought_.clear();
    brought_.insert(facts_of(file.get()).identity.inode);
}

}  // namespace jailctl::tree

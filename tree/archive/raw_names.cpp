#include "archive/raw_names.hpp"

#include <algorithm>
#include <utility>

namespace jailctl::tree {
namespace {

bool all_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

}  // namespace

void NameKeeper::gnu_header(char type, std::string_view name) {
    RawNames names;
    (type == 'L' ? names.path : names.target) = name;
    add(std::move(names));
}

void NameKeeper::pax_record(std::string_view key, std::string_view value) {
    if (key == "path") pax_.path = value;
    if (key == "linkpath") pax_.target = value;
    if (key == "GNU.sparse.name") sparse_name_ = value;
}

void NameKeeper::pax_header(char type, bool ours) {
    RawNames names = std::exchange(pax_, {});
    std::string sparse_name = std::exchange(sparse_name_, {});
    // In archives that we made before stand_in.hpp came it may be cut.
    if (!sparse_name.empty() && !(ours && !names.path.empty())) names.path = std::move(sparse_name);
    if (type == 'x') add(std::move(names));  // else it is of no member
}

RawNames NameKeeper::take() {
    RawNames names = std::exchange(named_, {});
    if (all_ascii(names.path)) names.path.clear();
    return names;
}

/// Of several headers the first one has the last word, as libarchive reads them.
void NameKeeper::add(RawNames names) {
    if (named_.path.empty()) named_.path = std::move(names.path);
    if (named_.target.empty()) named_.target = std::move(names.target);
}

}  // namespace jailctl::tree

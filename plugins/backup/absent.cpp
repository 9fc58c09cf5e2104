#include "absent.hpp"

#include <algorithm>
#include <filesystem>

namespace jailctl::backup {

void bound_absent(Value::Array& notes, const char* member, const std::function<bool(const Value& note)>& stays) {
    if (notes.size() <= most_absent) return;
    const auto may_go = [&](const Value& note) {
        std::error_code unknown;
        return !std::filesystem::exists(note[member].str(), unknown) && !unknown && !stays(note);
    };
    Value::Array kept;
    std::size_t absent = 0;
    for (auto note = notes.rbegin(); note != notes.rend(); ++note)
        if (!may_go(*note) || ++absent <= most_absent) kept.push_back(*note);
    std::reverse(kept.begin(), kept.end());
    notes = std::move(kept);
}

}  // namespace jailctl::backup

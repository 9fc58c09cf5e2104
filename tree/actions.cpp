#include "actions.hpp"

#include <utility>

namespace jailctl::tree {
namespace {

// Beside each name the file tree/actions/NAME.cpp.
constexpr std::pair<std::string_view, Action> table[] = {
    {"unpack", &actions::unpack},
    {"check", &actions::check},
    {"contents", &actions::contents},
    {"extract", &actions::extract},
    {"tidy", &actions::tidy},
    {"marker", &actions::marker},
    {"digest", &actions::digest},
    {"pack", &actions::pack},
    {"catch_up", &actions::catch_up},
    {"splice", &actions::splice},
    {"populate", &actions::populate},
    {"copy", &actions::copy},
    {"copy_file", &actions::copy_file},
    {"merge", &actions::merge},
    {"digests", &actions::digests},
    {"prune", &actions::prune},
    {"remove", &actions::remove},
    {"measure", &actions::measure},
    {"facts", &actions::facts},
    {"settle", &actions::settle},
    {"changed", &actions::changed},
};

}  // namespace

Action find_action(std::string_view name) noexcept {
    for (const auto& [known, action] : table)
        if (known == name) return action;
    return nullptr;
}

}  // namespace jailctl::tree

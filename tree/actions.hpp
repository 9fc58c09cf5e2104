#pragma once

#include <string_view>

#include "job.hpp"

namespace jailctl::tree {

/// One action of README.md; returns its result without the notes. @throws Error as the SDK shall report it
using Action = Value (*)(Job&);

/// The action of that name, nullptr if there is none.
[[nodiscard]] Action find_action(std::string_view name) noexcept;

}  // namespace jailctl::tree

/// Every action, one file each below tree/actions/; arguments and results are in tree/README.md.
namespace jailctl::tree::actions {

Value populate(Job& job);
Value unpack(Job& job);
Value check(Job& job);
Value contents(Job& job);
Value extract(Job& job);
Value marker(Job& job);
Value digest(Job& job);
Value pack(Job& job);
Value catch_up(Job& job);
Value splice(Job& job);
Value tidy(Job& job);
Value copy(Job& job);
Value copy_file(Job& job);
Value merge(Job& job);
Value digests(Job& job);
Value prune(Job& job);
Value remove(Job& job);
Value measure(Job& job);
Value facts(Job& job);
Value settle(Job& job);
Value changed(Job& job);

}  // namespace jailctl::tree::actions

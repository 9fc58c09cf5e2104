#pragma once

#include <string>
#include <string_view>

#include "clearing.hpp"

namespace jailctl::tree {

/// How many threads empty a tree. Several: whole directories are handed from one to the other where one would wait.
enum class Hands { one, several };

/// Goes over the tree once and removes what it meets. What moves meanwhile may be left, and so may be, with several
/// hands, the directories above one that was handed over: the caller looks, and goes over it again.
/// @param on_bytes  called by the calling thread alone
/// @return what it could not look into, as a sentence; "" if there was nothing of that kind
/// @throws Error busy: something is mounted in it, or somebody keeps filling a directory; io
[[nodiscard]] std::string empty_once(int directory, Hands hands, Removed& removed, const OnBytes& on_bytes);

/// Adds what was there under `facts` and is removed.
void count(Removed& removed, const Facts& facts);

/// @throws Error busy, always
[[noreturn]] void refuse_mount(std::string_view path);

}  // namespace jailctl::tree

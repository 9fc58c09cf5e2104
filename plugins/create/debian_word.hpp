#pragma once

#include <string>

namespace jailctl::create {

/// What stands after "debootstrap:".
struct DebianWord {
    std::string suite;
    std::string mirror;    ///< empty: the host's own apt sources
    std::string packages;  ///< beyond the minimal system, separated by commas
};
/// @throws Error config: a suite, mirror or package that cannot be one
[[nodiscard]] DebianWord parse_debian_word(const std::string& word);

}  // namespace jailctl::create

#pragma once

#include <filesystem>
#include <string>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::create {

/// What resolves names on this host, for jails without NAMESERVER: the file that names the real servers where a local
/// forwarder stands in front of them. Empty if there is none.
[[nodiscard]] std::string host_resolv_conf();

/// A file in `directory` that has no name: it is gone with its descriptor, whatever ends us. @throws Error io, no_space
[[nodiscard]] UniqueFd unnamed_file(const std::filesystem::path& directory);

}  // namespace jailctl::create

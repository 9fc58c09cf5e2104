#pragma once

#include <filesystem>
#include <string>

#include "jailctl/sdk/command.hpp"

namespace jailctl::create {

/// First line of a trusted file of the host. @throws Error config: empty or no such file; denied: not root's alone
[[nodiscard]] std::string password_from_file(const std::filesystem::path& file);

/// The password for root, asked twice until both agree (three times at most); empty where no question can be asked.
/// @throws Error interrupted; failed: never the same twice
[[nodiscard]] std::string ask_password(Invocation& in);

}  // namespace jailctl::create

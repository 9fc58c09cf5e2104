#pragma once

#include <string>
#include <string_view>

#include "debian_word.hpp"
#include "jailctl/sdk/command.hpp"

/// The program mmdebstrap(1), which makes a Debian.
namespace jailctl::create {

/// Its path. @throws Error not_found: it is not installed
[[nodiscard]] std::string installed_mmdebstrap();
/// Has it write a minimal Debian as tar. @param out  an open file  @param tmp  a detached mount for its /tmp
/// @throws Error failed, with the line that says why; interrupted
void run_mmdebstrap(Invocation& invocation, const DebianWord& word, int out, int tmp);
/// The one line that says why, of what it wrote: its last ones say of each failure only that apt-get failed.
[[nodiscard]] std::string why_no_debian(std::string_view report);

}  // namespace jailctl::create

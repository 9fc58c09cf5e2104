#pragma once

#include <cstdint>
#include <filesystem>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/registrar.hpp"
#include "jailctl/sdk/scoped.hpp"

/// What the first process of a jail says goes into a file in a small file system in memory, mounted at
/// RUN_DIR/console/<jail>: nothing of ours has to run to read it, and a jail can fill neither memory nor disk with it.
namespace jailctl::lifecycle {

/// How much a jail can say until somebody makes room by looking (ConsoleReader); then its writes fail with ENOSPC.
constexpr std::uint64_t console_bytes = 1 << 20;

/// Whose output it is: that of a copy, which upgrade proves, never takes the place of the jail's own.
enum class Speaker { jail, copy };

/// Makes it anew. @param id_base  of the jail: its root may open what is its stdout again, as /dev/stdout
/// @return to be stdout and stderr of the jail's first process @throws Error io
[[nodiscard]] UniqueFd open_console(Invocation& invocation, const Jail& jail, std::uint32_t id_base, Speaker speaker);
/// Keeps what was said as STATE_DIR/console/<jail>.log, of a copy as <jail>.copy, and takes the file system down.
/// Nothing there is success; what cannot be kept is a warning. @throws Error io: it cannot be unmounted
void close_console(Invocation& invocation, const Jail& jail);
/// Whether its file system, or the place for it, is there.
[[nodiscard]] bool has_console(const Configuration& configuration, const JailName& jail);
/// The last line that was said, for the message of a start that failed; empty if there is none.
[[nodiscard]] std::string last_words(const Configuration& configuration, const JailName& jail, Speaker speaker);
/// Where it is kept once it has ended.
[[nodiscard]] std::filesystem::path kept_console(const Configuration& configuration, const JailName& jail,
                                                 Speaker speaker);
/// Registers "console.close" {}.
void register_console_undoer(Registrar& host);

}  // namespace jailctl::lifecycle

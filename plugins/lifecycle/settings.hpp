#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/registrar.hpp"

/// The variables of jails.conf that lifecycle acts on (jails.conf(5)), and what their values mean.
namespace jailctl::lifecycle {

/// Declares START_AFTER, READY_COMMAND, READY_TIMEOUT, START_COMMAND, STOP_TIMEOUT, STOP_SIGNAL, MEMORY, CPUS, PIDS,
/// IO_WEIGHT, USERNS and CAPABILITIES with their checks.
void declare_variables(Registrar& host);

/// The effective text of a limit; empty for "none".
[[nodiscard]] std::string limit_text(const Settings& settings, std::string_view variable);
/// Bytes, at least 1 MiB. @throws Error invalid
[[nodiscard]] std::uint64_t parse_memory(std::string_view text);
/// Processors, such as 1.5: from 0.01 to 4096. @throws Error invalid
[[nodiscard]] double parse_cpus(std::string_view text);
/// Processes and threads, from 1 to 4194304. @throws Error invalid
[[nodiscard]] std::int64_t parse_pids(std::string_view text);

/// Relative to 100, from 1 to 10000. @throws Error invalid
[[nodiscard]] std::int64_t parse_io_weight(std::string_view text);

/// How long stop waits for init to obey.
[[nodiscard]] std::chrono::seconds stop_timeout(const Settings& settings);

}  // namespace jailctl::lifecycle

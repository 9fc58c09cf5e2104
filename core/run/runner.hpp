#pragma once

#include "command_line/targets.hpp"
#include "console/stream_console.hpp"
#include "registry/registry.hpp"
#include "run/host.hpp"
#include "run/report.hpp"

namespace jailctl::core {

/// Runs a command on what its words named: once, per jail in this process, or per jail in workers. Around every change
/// to a jail: its lock, and the journal of whatever was interrupted before (security.md 10).
/// Failures end up in `report`, never leave as exceptions.
void run_command(Host& host, const CommandEntry& entry, const Resolved& words, StreamConsole& console, Report& report);

/// PLUGIN_REQUIRED: a missing veto is not consent. @throws Error config
void require_plugins(const Host& host);
/// The same of one of its names.
void require_plugin(const Host& host, const std::string& name);

}  // namespace jailctl::core

#include "script.hpp"

#include <filesystem>

#include "containment.hpp"
#include "examine.hpp"
#include "jailctl/sdk/process.hpp"
#include "jailctl/sdk/script_output.hpp"
#include "jailctl/sdk/text.hpp"
#include "output.hpp"
#include "script_file.hpp"

namespace jailctl::scripts {

namespace fs = std::filesystem;

namespace {

std::chrono::seconds time_limit(const Moment& moment) {
    const auto& own = moment.jail().settings["HOOK_TIMEOUT"].text;
    const auto& text = own.empty() ? moment.invocation().configuration().settings["HOOK_TIMEOUT"].text : own;
    return std::chrono::seconds(text.empty() ? 60 : parse_seconds(text));
}

/// What to do about a script that could not be run to its end.
std::string advice(const Error& error) {
    if (error.code() == Errc::timeout) return "make it quicker, or give it more time with HOOK_TIMEOUT";
    const bool unreadable = error.cause() == std::errc::executable_format_error;
    if (!unreadable && error.cause() != std::errc::no_such_file_or_directory) return {};
    return "does its first line name an interpreter that is there, as '#!/bin/sh' does?";
}

Program program_of(const Moment& moment, const std::string& path) {
    Program program;
    program.path = path;
    program.arguments = arguments_of(moment);
    program.environment = environment_of(moment);
    program.input = document_of(moment);
    program.timeout = time_limit(moment);
    return program;
}

/// @throws Error failed, unless it ended well
void require_success(const Moment& moment, const std::string& path, const ExitStatus& status) {
    if (status.ok()) return;
    Error failed(Errc::failed, escape_name(path) + " " + status.text());
    if (status.signal != 0)
        throw failed.with_hint("it did not end by itself: it crashed, or something on the host killed it");
    throw failed.with_hint(moment.after ? "its output above may tell why"
                                        : "the script said no: its output above may tell why");
}

}  // namespace

void run_script(const Moment& moment, const std::string& path) {
    auto& invocation = moment.invocation();
    const auto real = require_script(invocation.configuration(), path);
    if (invocation.options().dry_run) {
        invocation.console().line("would run " + moment.variable + " script " + path);
        return;
    }
    ScriptOutput shown(invocation);
    LineOutput output(fs::path(path).filename().string(), [&](const std::string& line) { shown.line(line); });
    end_all_abandoned(invocation.configuration());
    Containment containment(invocation.configuration());
    Program program = program_of(moment, real);
    program.on_output = [&](std::string_view chunk) { output.take(chunk); };
    program.group_fd = containment.fd();
    ExitStatus status;
    try {
        status = run(program);
    } catch (Error& error) {  // time-out or interruption: nothing it started goes on
        output.end();
        shown.failed();
        containment.kill_all();
        throw error.with_hint(advice(error));
    }
    output.end();
    if (!status.ok()) shown.failed();
    require_success(moment, path, status);
}

}  // namespace jailctl::scripts

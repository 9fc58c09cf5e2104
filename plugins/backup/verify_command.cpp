#include <filesystem>

#include "commands.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::backup {
namespace {

/// What is to be verified: the file given, or the newest backup of each jail named.
std::vector<std::pair<BackupBackend*, std::string>> chosen(Invocation& invocation) {
    const auto& host = invocation.configuration().settings;
    if (invocation.path()) {
        const auto file = std::filesystem::absolute(*invocation.path()).lexically_normal();
        return {{&backend_for(invocation, host), file.string()}};
    }
    std::vector<std::pair<BackupBackend*, std::string>> backups;
    const auto newest_of = [&](const std::string& key, const Settings& settings) {
        BackupBackend& backend = backend_for(invocation, settings);
        const auto found = backend.list(invocation, key, "");
        if (!found.empty())
            backups.emplace_back(&backend, found.back().id);
        else if (!invocation.all())
            throw Error(Errc::not_found, "there is no backup of jail " + key).with_jail(key);
    };
    for (const auto& jail : invocation.jails()) newest_of(jail.name.key(), jail.settings);
    for (const auto& word : invocation.rest()) newest_of(JailName(word).key(), host);
    return backups;
}

void verify(Invocation& invocation) {
    if (invocation.path() == "-") throw Error(Errc::usage, "verify reads a file, not standard input");
    Value list = Value::array();
    std::size_t damaged = 0;
    const auto backups = chosen(invocation);
    for (const auto& [backend, id] : backups) {
        try {
            const BackupInfo info = backend->verify(invocation, id);
            invocation.console().line(id + ": good, " + human_bytes(info.size) + ", " + std::string(grade_name(info.grade)));
            list.push(to_value(info));
        } catch (const Error& error) {
            if (error.code() == Errc::interrupted || backups.size() == 1) throw;
            invocation.console().error(error);
            ++damaged;
        }
    }
    if (backups.empty()) invocation.console().line("no backups");
    invocation.console().data("verified", std::move(list));
    if (damaged > 0)
        throw Error(Errc::damaged, std::to_string(damaged) + " of " + std::to_string(backups.size()) + " backups are not good");
}

}  // namespace

Command make_verify_command() {
    Command command;
    command.name = "verify";
    command.summary = "prove a backup: read every byte, compare every digest";
    command.words = "JAIL|all...|FILE";
    command.details = "Of a jail its newest backup is read; FILE is a word with '/' in it.";
    command.targets = Targets::optional_several;
    command.unlisted_jails = true;
    command.path = PathWord::optional;
    command.run = [](Invocation& invocation) { verify(invocation); };
    return command;
}

}  // namespace jailctl::backup

#include <filesystem>
#include <memory>
#include <utility>

#include "choice.hpp"
#include "commands.hpp"
#include "jailctl/sdk/text.hpp"
#include "marks.hpp"
#include "place.hpp"

namespace po = boost::program_options;
namespace fs = std::filesystem;

namespace jailctl::backup {
namespace {

struct ProtectArguments {
    bool off = false;
};

BackupInfo backup_named(Invocation& invocation, const std::string& word) {
    const std::string id = backup_id(invocation.configuration(), word);
    const bool file = fs::path(id).is_absolute();  // else it is one of the configured place
    for (auto& backup : list_marked(invocation, backend_for(invocation, invocation.configuration().settings), "",
                                    file ? fs::path(id).parent_path().string() + "/" : ""))
        if (backup.id == id) return backup;
    throw Error(Errc::not_found, escape_name(id) + " is no backup").with_hint("see 'jailctl backups'");
}

BackupInfo newest_of(Invocation& invocation, const std::string& key, const Settings& settings) {
    return newest_usable(invocation, backend_for(invocation, settings), key);
}

void change(Invocation& invocation, BackupInfo& backup, bool on) {
    const bool was = std::exchange(backup.protect, on);
    set_protect(invocation.configuration(), backup, on);
    auto& console = invocation.console();
    if (!was && !on)
        return console.warn(escape_name(backup.id) + " was not protected; 'jailctl backups' shows which are");
    console.info(escape_name(backup.id) + (on ? " is protected: expire passes it by" : " is protected no more"));
}

void protect(Invocation& invocation, bool on) {
    std::vector<BackupInfo> chosen;
    if (const auto& path = invocation.path()) {
        if (*path == "-") throw Error(Errc::usage, "what went to standard output is not kept by jailctl");
        if (!invocation.all()) throw Error(Errc::usage, "name jails, or one file");
        chosen.push_back(backup_named(invocation, *path));
    } else {
        for (const auto& jail : invocation.jails()) require_known_place(jail);
        for (const auto& jail : invocation.jails())
            chosen.push_back(newest_of(invocation, jail.name.key(), jail.settings));
        for (const auto& word : invocation.rest())
            chosen.push_back(newest_of(invocation, jail_named(word).key(), invocation.configuration().settings));
    }
    Value list = Value::array();
    for (auto& backup : chosen) {
        if (invocation.options().dry_run) {
            invocation.console().line("would " + std::string(on ? "protect " : "end the protection of ") +
                                      escape_name(backup.id));
        } else {
            change(invocation, backup, on);
        }
        list.push(shown_backup(backup));
    }
    invocation.console().data("protected", std::move(list));
}

}  // namespace

Command make_protect_command() {
    const auto arguments = std::make_shared<ProtectArguments>();
    Command command;
    command.name = "protect";
    command.summary = "keep a backup from expire, or with --off no more";
    command.words = "JAIL...|FILE";
    command.details = "Of a jail its newest good backup is meant; FILE is a word with '/' in it.";
    command.targets = Targets::optional_several;
    command.despite_mistakes = true;  // of others
    command.unlisted_jails = true;
    command.path = PathWord::optional;
    command.effect = Effect::changes;
    command.options.add_options()("off", po::bool_switch(&arguments->off), "protect it no more");
    command.run = [arguments](Invocation& invocation) {
        if (invocation.all() && !invocation.path())
            throw Error(Errc::usage, "'protect' needs the name of a jail, or the file of a backup");
        protect(invocation, !arguments->off);
    };
    return command;
}

}  // namespace jailctl::backup

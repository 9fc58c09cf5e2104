#include <filesystem>
#include <memory>

#include "archive_info.hpp"
#include "boot.hpp"
#include "choice.hpp"
#include "commands.hpp"
#include "jailctl/sdk/text.hpp"
#include "marks.hpp"

namespace jailctl::backup {
namespace {

struct Chosen {
    std::vector<std::pair<BackupBackend*, BackupInfo>> backups;
    std::vector<std::string> without;  ///< keys of jails that have none
    std::size_t unread = 0;            ///< jails, named already, of whose backups nothing is known
};

/// As it is listed: enough to record that it is damaged. @param id  as backup_id() has it
BackupInfo backup_of(const Configuration& configuration, const std::string& id) {
    const std::filesystem::path file(id);
    KnownRecords records(configuration);
    if (const auto name = parse_archive_name(file.filename().string())) return describe(records, file, *name);
    BackupInfo info;
    info.id = id;
    return info;
}

/// What is to be verified: the one given, or the newest backup of each jail named.
Chosen chosen(Invocation& invocation) {
    const auto& host = invocation.configuration().settings;
    if (invocation.path()) {
        const auto id = backup_id(invocation.configuration(), *invocation.path());
        return {{{&backend_for(invocation, host), backup_of(invocation.configuration(), id)}}, {}, 0};
    }
    Chosen chosen;
    const std::size_t asked = invocation.jails().size() + invocation.rest().size();
    const auto newest_of = [&](const std::string& key, const Settings& settings) {
        BackupBackend& backend = backend_for(invocation, settings);
        auto found = list_marked(invocation, backend, key, "");
        prefer_own(found);
        if (!found.empty()) chosen.backups.emplace_back(&backend, found.back());
        else chosen.without.push_back(key);
    };
    const auto look_at = [&](const std::string& key, const Jail* jail) {
        try {
            if (jail != nullptr) require_known_place(*jail);
            newest_of(key, jail != nullptr ? jail->settings : host);
        } catch (const Error& error) {
            if (error.code() == Errc::interrupted || asked == 1) throw;
            invocation.console().error(error);
            ++chosen.unread;
        }
    };
    for (const auto& jail : invocation.jails()) look_at(jail.name.key(), &jail);
    for (const auto& word : invocation.rest()) look_at(jail_named(word).key(), nullptr);
    return chosen;
}

/// A jail without a backup: with `all` it is left out by name, else it is what was asked for and is not there.
/// @return the number of failures
std::size_t report_missing(Invocation& invocation, const Chosen& chosen) {
    for (const auto& key : chosen.without) {
        const Error none = no_backup_of(invocation.configuration(), key);
        if (invocation.all()) invocation.omission(none.what());
        else if (chosen.without.size() + chosen.backups.size() == 1) throw none;
        else invocation.console().error(none);
    }
    return invocation.all() ? 0 : chosen.without.size();
}

void tell_of_good(Invocation& invocation, const std::string& id, const BackupInfo& info, bool boot) {
    const bool dry_run = invocation.options().dry_run, compared = info.verified != 0;
    if (!compared && !dry_run)
        invocation.omission(
            "the comparison of digests: " + escape_name(id) +
            " holds none, for another tool wrote it; it was read whole, and its check sums were compared");
    invocation.console().line(id + (compared ? ": good, " : ": whole, ") + human_bytes(info.size) + ", " +
                              std::string(grade_name(info.grade)) + (boot && !dry_run ? ", boots" : ""));
}

void verify(Invocation& invocation, bool boot) {
    if (invocation.path() == "-") throw Error(Errc::usage, "verify reads a file, not standard input");
    Value list = Value::array();
    const Chosen choice = chosen(invocation);
    const auto& backups = choice.backups;
    std::size_t failed = report_missing(invocation, choice) + choice.unread;
    const std::size_t asked = backups.size() + failed;
    for (const auto& [backend, known] : backups) {
        try {
            BackupInfo info = verify_marked(invocation, *backend, known);
            if (boot) prove_boot(invocation, *backend, info);
            tell_of_good(invocation, known.id, info, boot);
            list.push(shown_backup(info));
        } catch (const Error& error) {
            if (error.code() == Errc::interrupted || asked == 1) throw;
            invocation.console().error(error);
            ++failed;
        }
    }
    if (backups.empty()) invocation.console().line("no backups");
    invocation.console().data("verified", std::move(list));
    if (failed == 0) return;
    if (choice.unread == asked) throw Error(Errc::failed, "the backups of no jail could be looked at");
    if (failed == asked) throw Error(Errc::damaged, "none of " + std::to_string(asked) + " backups is good");
    invocation.set_exit_status(3);
}

}  // namespace

Command make_verify_command() {
    const auto boot = std::make_shared<bool>(false);
    Command command;
    command.name = "verify";
    command.summary = "prove a backup: read every byte, compare every digest";
    command.words = "[JAIL|all...|FILE] [--boot]";
    command.details =
        "Of a jail its newest backup is read, of every jail without a name; FILE is a word with '/' in it.";
    command.targets = Targets::optional_several;
    command.despite_mistakes = true;  // those of other jails are as good as ever
    command.unlisted_jails = true;
    command.path = PathWord::optional;
    command.options.add_options()("boot", boost::program_options::bool_switch(boot.get()),
                                  "restore it into a scratch jail too, start that without network, and remove it");
    command.run = [boot](Invocation& invocation) { verify(invocation, *boot); };
    return command;
}

}  // namespace jailctl::backup

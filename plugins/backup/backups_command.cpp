#include <algorithm>
#include <utility>

#include "choice.hpp"
#include "commands.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/table.hpp"
#include "jailctl/sdk/text.hpp"
#include "marks.hpp"
#include "place.hpp"

namespace jailctl::backup {
namespace {

std::vector<std::string> cells_of(const BackupInfo& info) {
    const std::string taken = describe_time(info.taken), size = human_bytes(info.size);
    if (!info.problem.empty())
        return {taken, size, "", "", "", "", info.id + "  unusable: " + problem_beside_name(info)};
    return {taken,
            size,
            std::string(grade_name(info.grade)),
            info.verified == 0 ? "not verified" : "verified " + describe_time(info.verified),
            info.booted == 0 ? "" : "booted " + describe_time(info.booted),
            info.protect ? "protected" : "",
            info.id};
}

/// Of the one jail that they are all of.
void print(Invocation& invocation, const std::vector<std::vector<std::string>>& rows) {
    for (const auto& line : in_columns(rows)) invocation.console().line("  " + line);
}

/// Without a name it is all that the host's backend holds (""), and what jails with a backend
/// of their own have in that.
std::vector<std::string> wanted_jails(Invocation& invocation) {
    std::vector<std::string> keys;
    if (invocation.rest().empty() && invocation.all()) {
        keys.emplace_back();
        const auto& configuration = invocation.configuration();
        for (const auto& jail : configuration.jails)
            if (jail.settings["BACKUP_BACKEND"].text != configuration.settings["BACKUP_BACKEND"].text &&
                !invocation.path())
                keys.push_back(jail.name.key());
        return keys;
    }
    for (const auto& jail : invocation.jails()) {
        if (jail.mistake && !invocation.path())
            invocation.omission("backups of jail " + jail.name.text() +
                                " in a place of its own: its own file has a mistake");
        keys.push_back(jail.name.key());
    }
    for (auto& key : jails_with_backups(invocation, invocation.path().value_or(""))) keys.push_back(std::move(key));
    return keys;
}

/// The one jail or file whose contents are asked for.
std::string only_word(const Invocation& invocation) {
    std::vector<std::string> words = invocation.rest();
    if (!invocation.all())
        for (const auto& jail : invocation.jails()) words.push_back(jail.name.text());
    if (invocation.path()) words.push_back(*invocation.path());
    if (words.size() != 1 || words.front() == "-")
        throw Error(Errc::usage, "--contents takes one jail, or one archive");
    return words.front();
}

/// @param alone  nobody else was asked for: what cannot be read is no omission then
std::vector<BackupInfo> backups_of(Invocation& invocation, const std::string& key, bool alone) {
    try {
        BackupBackend& backend = backend_for(invocation, settings_for(invocation.configuration(), key));
        return list_marked(invocation, backend, key, invocation.path().value_or(""));
    } catch (const Error& error) {
        if (alone || key.empty() || error.code() == Errc::interrupted) throw;
        invocation.omission("backups of jail " + key + ": " + error.what());
        return {};
    }
}

void list_backups(Invocation& invocation) {
    Value list = Value::array();
    std::size_t shown = 0;
    const auto wanted = wanted_jails(invocation);
    for (const auto& key : wanted) {
        std::string heading;
        std::vector<std::vector<std::string>> rows;
        auto found = backups_of(invocation, key, wanted.size() == 1);
        std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.jail < b.jail; });
        for (const auto& info : found) {
            if (info.jail != heading) {
                print(invocation, std::exchange(rows, {}));
                invocation.console().line(heading = info.jail);
            }
            rows.push_back(cells_of(info));
            list.push(shown_backup(info));
            ++shown;
        }
        print(invocation, rows);
    }
    if (shown == 0) invocation.console().line("no backups");
    invocation.console().data("backups", std::move(list));
}

}  // namespace

std::vector<std::string> jails_with_backups(Invocation& invocation, const std::string& where) {
    std::vector<std::string> keys;
    for (const auto& word : invocation.rest()) {
        const std::string key = jail_named(word).key();
        BackupBackend& backend = backend_for(invocation, settings_for(invocation.configuration(), key));
        if (backend.list(invocation, key, where).empty())
            throw Error(Errc::usage, "there is neither a jail " + key + " in JAILS nor a backup of one of that name")
                .with_hint("'jailctl backups' lists all");
        keys.push_back(key);
    }
    return keys;
}

Command make_backups_command() {
    const auto contents = std::make_shared<bool>(false);
    Command command;
    command.name = "backups";
    command.summary = "list backups: time (UTC), size, grade, when verified and booted, protected";
    command.words = "[JAIL...] [DIR] | JAIL|FILE --contents";
    command.targets = Targets::optional_several;
    command.despite_mistakes = true;  // those of other jails are listed all the same
    command.unlisted_jails = true;
    command.path = PathWord::optional;
    command.options.add_options()("contents", boost::program_options::bool_switch(contents.get()),
                                  "list what the newest good backup of JAIL, or FILE, holds");
    command.run = [contents](Invocation& invocation) {
        if (*contents) list_contents(invocation, only_word(invocation));
        else list_backups(invocation);
    };
    return command;
}

}  // namespace jailctl::backup

#include "examine.hpp"

#include <sys/stat.h>

#include <map>
#include <optional>
#include <set>

#include "archive_names.hpp"
#include "commands.hpp"
#include "extractions.hpp"
#include "freshness.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/text.hpp"
#include "marks.hpp"
#include "place.hpp"

namespace jailctl::backup {
namespace fs = std::filesystem;
namespace {

constexpr std::int64_t day = 86400;

/// The settings that say where backups are: those of the backup plugins, by their names.
std::string place_key(const Settings& settings) {
    std::string backend = settings["BACKUP_BACKEND"].text, key = backend;
    for (char& c : backend) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    for (const auto& [name, value] : settings.all())
        if (name == "BACKUPDIR" || name.starts_with(backend + "_")) key += "\n" + name + "=" + value.text;
    return key;
}

/// Backups by jail, each place asked once and not for every jail: a repository may take a second to open.
class Shelf {
public:
    explicit Shelf(Invocation& invocation) : invocation_(invocation) {}
    std::vector<BackupInfo> of(const Jail& jail) {
        const auto& host = invocation_.configuration().settings;
        BackupBackend& backend = backend_for(invocation_, jail.settings);
        if (place_key(jail.settings) != place_key(host)) return list_marked(invocation_, backend, jail.name.key(), "");
        if (!listed_) {
            const auto unread = [&](const std::string& whose, const Error& why) { unread_.emplace(whose, why); };
            for (auto& backup : list_marked(invocation_, backend, "", "", unread))
                shared_[backup.jail].push_back(std::move(backup));
            listed_ = true;
        }
        if (const auto why = unread_.find(jail.name.key()); why != unread_.end()) throw Error(why->second);
        return shared_[jail.name.key()];
    }

private:
    Invocation& invocation_;
    bool listed_ = false;
    std::map<std::string, std::vector<BackupInfo>> shared_;
    std::map<std::string, Error> unread_;  ///< of jails whose document cannot be read
};

/// One more backup of each jail that goes to a place.
struct Round {
    const Jail* first = nullptr;
    std::uint64_t needed = 0;
    std::size_t jails = 0;
};

void look_at_room(const Examination& examination, const std::map<std::string, Round>& rounds) {
    for (const auto& [key, round] : rounds) {
        const auto free =
            backend_for(examination.invocation, round.first->settings).free_space(examination.invocation, *round.first);
        if (!free || *free >= round.needed) continue;
        const std::string whose =
            round.jails == 1 ? "jail " + round.first->name.text() : std::to_string(round.jails) + " jails";
        examination.diagnosis.add({"backup-no-room", "",
                                   "the next backup of " + whose + " takes about " + human_bytes(round.needed) +
                                       ", as the last one did, and " + round.first->settings["BACKUPDIR"].text +
                                       " has " + human_bytes(*free) + " free",
                                   "make room, or let older ones go: 'jailctl expire all' with BACKUP_KEEP"});
    }
}

void look_at_backups(const Examination& examination) {
    Shelf shelf(examination.invocation);
    std::map<std::string, Round> rounds;
    for (const Jail& jail : examination.invocation.configuration().jails) {
        const auto max_age = parse_max_age(jail.settings["BACKUP_MAX_AGE"].text);
        if (!max_age || root_state(jail.root) != RootState::present) continue;
        std::optional<std::vector<BackupInfo>> looked_at;
        examination.diagnosis.check("the backups of jail " + jail.name.text(), [&] { looked_at = shelf.of(jail); });
        if (!looked_at) continue;
        const auto& backups = *looked_at;
        if (const auto stale = staleness_of(jail.name.text(), backups, *max_age, unix_now()))
            examination.diagnosis.add({stale->code, jail.name.text(), stale->message, stale->hint});
        const BackupInfo* newest = newest_of(backups);
        if (newest == nullptr) continue;
        Round& round = rounds[place_key(jail.settings)];
        if (round.first == nullptr) round.first = &jail;
        round.needed += newest->size;
        ++round.jails;
    }
    look_at_room(examination, rounds);
}

/// Another host may write into the same directory, and its locks are not ours to see: what was written to within a day
/// is left alone, for so long it may take to read an archive back.
bool is_stale(const fs::path& file) {
    struct stat facts {};
    return ::lstat(file.c_str(), &facts) == 0 && S_ISREG(facts.st_mode) && facts.st_mtime + day < unix_now();
}

void remove_partial(Invocation& invocation, const JailName& jail, const fs::path& file) {
    const Undoer* remove = invocation.undoers().find("file.remove");
    if (remove == nullptr) throw Error(Errc::unsupported, "no loaded plugin removes files");
    if (!is_stale(file)) return;
    const Jail* listed = invocation.configuration().find(jail);
    (*remove)(invocation, listed ? *listed : Jail{jail, {}, {}, invocation.configuration().settings, {}},
              Value::object().set("path", file.string()));
}

void look_at_directory(const Examination& examination, const fs::path& directory) {
    const auto journalled = interruptions(examination.invocation.configuration());
    std::error_code failed;
    for (const auto& entry : fs::directory_iterator(directory, failed)) {
        const std::string jail = jail_of_unfinished(entry.path().filename().native());
        if (jail.empty() || journalled.contains(jail) || !is_stale(entry.path())) continue;
        const std::string path = escape_name(entry.path().string());
        examination.diagnosis.add(
            {"leftover-partial", jail,
             path + " is left of a backup of jail " + jail + " that did not end, more than a day ago",
             "'jailctl doctor --fix' removes it", "remove " + path,
             [jail, file = entry.path()](Invocation& invocation) {
                 remove_partial(invocation, JailName(jail), file);
             }});
    }
    if (failed && failed != std::errc::no_such_file_or_directory)
        throw Error(code_of(failed), "cannot list " + escape_name(directory.string()), failed);
}

void look_at_extractions(const Examination& examination) {
    for (const auto& directory : abandoned_extractions(examination.invocation.configuration())) {
        const std::string where = escape_name(directory.string());
        examination.diagnosis.add(
            {"leftover-extract", "", where + " holds what is left of an extraction that was killed",
             "'jailctl doctor --fix' removes it, and the next 'jailctl extract' does", "clear " + where,
             [](Invocation& invocation) { clear_extractions(invocation.configuration()); }});
    }
}

}  // namespace

void register_examination(Registrar& host) {
    host.on<Examination>([](const Examination& examination) {
        examination.diagnosis.check("the backups", [&] { look_at_backups(examination); });
        examination.diagnosis.check("extractions", [&] { look_at_extractions(examination); });
        std::set<fs::path> places{resolve_place(examination.invocation.configuration().settings, "").directory};
        for (const Jail& jail : examination.invocation.configuration().jails)
            places.insert(resolve_place(jail.settings, "").directory);
        for (const auto& place : places)
            examination.diagnosis.check(escape_name(place.string()), [&] { look_at_directory(examination, place); });
    });
}

}  // namespace jailctl::backup

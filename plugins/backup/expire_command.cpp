#include <algorithm>
#include <memory>
#include <optional>
#include <set>

#include "choice.hpp"
#include "commands.hpp"
#include "expire.hpp"
#include "jailctl/sdk/lock.hpp"
#include "jailctl/sdk/state.hpp"
#include "jailctl/sdk/text.hpp"
#include "place.hpp"
#include "records.hpp"

namespace po = boost::program_options;

namespace jailctl::backup {
namespace {

struct ExpireArguments {
    bool damaged = false;
};

/// One run over several jails: what it told, and how it went.
class Expiry {
public:
    Expiry(Invocation& invocation, const ExpireArguments& arguments)
        : invocation_(invocation), arguments_(arguments),
          tell_kept_(invocation.options().dry_run || invocation.options().verbose) {}

    void expire(const std::string& key) {
        const Settings& settings = settings_for(invocation_.configuration(), key);
        ++jails_;
        try {
            if (const Jail* jail = invocation_.configuration().find(JailName(key))) require_known_place(*jail);
            const auto lock = lock_unlisted(key);
            BackupBackend& backend = backend_for(invocation_, settings);
            const auto judged = judge_backups(invocation_, key, settings);
            if (tell_kept_ && !judged.empty()) invocation_.console().line(key);
            const auto removed = remove(backend, judged);
            for (const auto& one : judged) treat(one, removed.contains(one.backup.id));
        } catch (Error& error) {
            if (error.code() == Errc::interrupted) throw;
            fail(error, key);
        }
    }

    void finish() {
        invocation_.console().data("expired", std::move(list_));
        if (removed_ == 0 && failed_ == 0 && !tell_kept_) invocation_.console().info("nothing to expire");
        if (failed_ == 0) return;
        if (failed_ == jails_)
            throw Error(refused_ == jails_ ? Errc::config : Errc::failed, "the backups of no jail could be expired");
        invocation_.set_exit_status(3);
    }

private:
    /// The host locks the jails of JAILS. A jail that is not there may still have a restore or another expire at work.
    std::optional<Lock> lock_unlisted(const std::string& key) const {
        const JailName name(key);
        if (invocation_.options().dry_run || invocation_.configuration().find(name) != nullptr) return {};
        const auto run_dir = StateDirectory::running(invocation_.configuration()).open("");
        return Lock::of_jail(run_dir.get(), name, "expire", invocation_.options().wait);
    }

    /// @return the ids of those that are gone; after an error, which is told, of those that went before it
    std::set<std::string> remove(BackupBackend& backend, const std::vector<Judged>& judged) {
        std::vector<BackupInfo> going;
        for (const auto& [backup, verdict] : judged)
            if (verdict.fate == Fate::remove || (verdict.fate == Fate::unusable && arguments_.damaged))
                going.push_back(backup);
        std::set<std::string> gone;
        try {
            remove_backups(invocation_, backend, going, [&](const BackupInfo& backup) { gone.insert(backup.id); });
        } catch (Error& error) {
            if (error.code() == Errc::interrupted) throw;
            fail(error, judged.front().backup.jail);
        }
        return gone;
    }

    void fail(Error& error, const std::string& key) {
        invocation_.console().error(error.with_jail(key));
        ++failed_;
        if (error.code() == Errc::config) ++refused_;
    }

    void treat(const Judged& one, bool goes) {
        if (goes) ++removed_;
        tell(one, goes);
        list_.push(shown_backup(one.backup).set("removed", goes).set("reasons", Value::array_of(one.verdict.reasons)));
    }

    void tell(const Judged& one, bool goes) {
        const std::string id = escape_name(one.backup.id), when = describe_time(one.backup.taken);
        if (goes) {
            const char* word = invocation_.options().dry_run ? "would remove  " : "removed  ";
            return invocation_.console().line((tell_kept_ ? "  " : "") + std::string(word) + when + "  " + id);
        }
        if (one.verdict.fate == Fate::unusable)
            return invocation_.console().warn(
                id + " is unusable and counts for nothing: " + problem_beside_name(one.backup) +
                "; 'jailctl expire --damaged' removes it");
        if (!tell_kept_) return;
        invocation_.console().line("  keep  " + when + "  " + id + "  " + joined(one.verdict.reasons));
    }

    Invocation& invocation_;
    const ExpireArguments& arguments_;
    bool tell_kept_;
    Value list_ = Value::array();
    std::size_t jails_ = 0, failed_ = 0, refused_ = 0, removed_ = 0;
};

/// The jails named; for `all` those of JAILS and those that only backups in the host's place remember.
std::vector<std::string> wanted(Invocation& invocation) {
    std::vector<std::string> keys;
    for (const auto& jail : invocation.jails()) keys.push_back(jail.name.key());
    for (auto& key : jails_with_backups(invocation, "")) keys.push_back(std::move(key));
    if (!invocation.all()) return keys;
    const auto& configuration = invocation.configuration();
    std::set<std::string> deleted;
    for (const auto& backup : backend_for(invocation, configuration.settings).list(invocation, "", ""))
        if (std::find(keys.begin(), keys.end(), backup.jail) == keys.end()) deleted.insert(backup.jail);
    keys.insert(keys.end(), deleted.begin(), deleted.end());
    return keys;
}

}  // namespace

Command make_expire_command() {
    const auto arguments = std::make_shared<ExpireArguments>();
    Command command;
    command.name = "expire";
    command.summary = "remove the backups that BACKUP_KEEP does not keep";
    command.words = "[JAIL...|all]";
    command.details =
        "Without a name, or with 'all', backups of jails that are in JAILS no more are expired too, by\n"
        "BACKUP_KEEP_DELETED, else the host's BACKUP_KEEP.\n"
        "With --dry-run it tells what would go, and why each other one stays. Never removed: the newest verified one, "
        "the\nnewest that was seen to boot, protected ones. A damaged one counts for no rule and is named.";
    command.targets = Targets::optional_several;
    command.despite_mistakes = true;  // a disk must not fill up for one of them
    command.unlisted_jails = true;
    command.effect = Effect::changes;
    command.options.add_options()("damaged", po::bool_switch(&arguments->damaged), "remove unusable backups too");
    command.run = [arguments](Invocation& invocation) {
        Expiry expiry(invocation, *arguments);
        for (const auto& key : wanted(invocation)) expiry.expire(key);
        expiry.finish();
    };
    return command;
}

}  // namespace jailctl::backup

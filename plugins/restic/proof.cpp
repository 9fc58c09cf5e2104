#include "proof.hpp"

#include <fcntl.h>

#include "damage.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"
#include "snapshots.hpp"

namespace jailctl::restic {
namespace {

enum class Cache { used, passed_by };

std::vector<std::string> reading(const Repository& repository, std::vector<std::string> arguments, Cache cache) {
    if (repository.read_only()) arguments.emplace_back("--no-lock");
    if (cache == Cache::passed_by) arguments.emplace_back("--no-cache");
    return arguments;
}

/// Reads everything of a snapshot: restic compares each piece with the digest it is named by.
Answer read_through(const Repository& repository, const std::string& id, Cache cache) {
    const UniqueFd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    if (!nowhere) throw_errno("cannot open /dev/null");
    Run run;
    run.stdout_fd = nowhere.get();
    // With restic's own lock, too: what another host's prune moves meanwhile cannot be read.
    const UniqueFd held = repository.hold();
    if (cache == Cache::passed_by) {  // `dump` ends at a directory that cannot be read, and calls that success
        const Answer trees = repository.run(reading(repository, {"ls", "--json", id}, cache), run);
        if (!trees.status.ok()) return trees;
    }
    // Not as tar: an attribute with "=" in its name, which any process of a jail can make, has no place in one.
    return repository.run(reading(repository, {"dump", "--archive", "zip", id, "/"}, cache), run);
}

/// That it could not be looked at. What nobody knows as damage is not called so.
Error unknown(const Repository& repository, const std::string& what, const Answer& answer) {
    Error why = repository.failure(what, answer);
    if (why.code() != Errc::io) return why;
    if (const auto complaint = complaint_of(answer.errors); check_ended(answer.errors) && !complaint.empty())
        why = {Errc::io, what + ": " + escape_name(complaint)};
    return why.with_hint(
        "nothing says that the backup is damaged: see that the whole repository is there and restic can lock it");
}

Error damage(const std::string& what, std::string_view errors) {
    return {Errc::damaged, what + ": " + escape_name(complaint_of(errors))};
}

/// A pack that is not there was lost, unless it went with all the others (a disk that is not mounted) or with another
/// host's `prune`, which no lock of ours holds back where none can be made.
bool lost(const Repository& repository, const Answer& check, const Answer& content) {
    if (repository.read_only() || !lacks_its_pack(check.errors, content.errors)) return false;
    const Answer packs = repository.run({"list", "packs", "--no-lock"});
    return packs.status.ok() && !packs.out.empty();
}

}  // namespace

bool prove(const Repository& repository, const Settings& settings, const std::string& id) {
    if (!parse_yes_no(settings["RESTIC_READ_BACK"].text)) return false;
    const std::string what = "reading back";
    const Answer answer = read_through(repository, id, Cache::used);
    if (answer.status.ok()) return true;
    // It stays, listed as never verified, as it does where it cannot be forgotten.
    if (!found_damage(answer.errors)) throw unknown(repository, what, answer);
    try {
        repository.forget({id});
    } catch (const Error&) {
        // Why it could not be read says more.
    }
    throw damage(what, answer.errors);
}

void require_good(const Repository& repository, const std::string& id) {
    const std::string what = shown_id(id);
    const Answer check = [&] {
        const UniqueFd held = repository.hold();
        return repository.run(reading(repository, {"check"}, Cache::used));
    }();
    if (!check.status.ok() && !check_ended(check.errors)) throw unknown(repository, what, check);
    // What restic has a copy of is not read from a repository in which `check` found something.
    const Answer content = read_through(repository, id, check.status.ok() ? Cache::used : Cache::passed_by);
    if (content.status.ok() && check.status.ok()) return;
    if (content.status.ok())
        throw Error(Errc::io, what + " reads well, but not all of the repository does: " +
                                  escape_name(complaint_of(check.errors)))
            .with_hint("'restic check' says what is wrong with it");
    if (found_damage(content.errors)) throw damage(what, content.errors);
    if (lost(repository, check, content)) throw damage(what, check.errors);
    throw unknown(repository, what, content);
}

}  // namespace jailctl::restic

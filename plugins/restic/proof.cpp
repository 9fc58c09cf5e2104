#include "proof.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>

#include "jailctl/sdk/error.hpp"

namespace jailctl::restic {
namespace {

/// Reads everything of a snapshot: restic compares each piece with the digest it is named by.
Answer read_through(const Repository& repository, const std::string& id) {
    const UniqueFd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
    if (!nowhere) throw_errno("cannot open /dev/null");
    Run run;
    run.stdout_fd = nowhere.get();
    // With restic's own lock, too: what another host's prune moves meanwhile would look like damage.
    const UniqueFd held = repository.hold();
    return repository.run({"dump", "--archive", "tar", id, "/"}, run);
}

/// What restic and the programs it starts say of a line that broke: nothing about the data behind it.
bool line_broke(const std::string& errors) {
    static constexpr std::array words{"connection refused", "connection lost",      "connection reset", "no route to host",
                                      "network is",         "i/o timeout",          "broken pipe",      "no such host",
                                      "subprocess ssh",     "unexpected HTTP",      "Service Unavailable", "TLS handshake",
                                      "permission denied",  "AccessDenied",         "input/output error"};
    return std::any_of(words.begin(), words.end(), [&](const char* word) { return errors.find(word) != std::string::npos; });
}

/// Why reading failed: a fault of the way to the repository, or damage. What cannot be reached is not called damaged.
Error judgement(const Repository& repository, const std::string& what, const Answer& answer) {
    Error why = repository.failure(what, answer);
    if (why.code() != Errc::io || answer.status.signal != 0 || line_broke(answer.errors)) return why;
    const Answer again = repository.run({"cat", "config", "--no-lock"});
    if (!again.status.ok()) return repository.failure(what, again);
    return {Errc::damaged, why.what()};
}

}  // namespace

bool prove(const Repository& repository, const Settings& settings, const std::string& id) {
    if (!parse_yes_no(settings["RESTIC_READ_BACK"].text)) return false;
    const Answer answer = read_through(repository, id);
    if (answer.status.ok()) return true;
    const Error why = judgement(repository, "reading back", answer);
    try {
        repository.forget({id});
    } catch (const Error&) {
        // It stays, listed as never verified; why it could not be read says more.
    }
    throw why;
}

void require_good(const Repository& repository, const std::string& id) {
    const Answer structure = [&] {
        const UniqueFd held = repository.hold();
        return repository.run({"check"});
    }();
    if (!structure.status.ok()) throw judgement(repository, id, structure);
    const Answer content = read_through(repository, id);
    if (!content.status.ok()) throw judgement(repository, id, content);
}

}  // namespace jailctl::restic

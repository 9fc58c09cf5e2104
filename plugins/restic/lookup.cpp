#include "lookup.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::restic {

std::vector<Snapshot> snapshots_in(const Repository& repository, const Answer& answer) {
    if (!answer.status.ok()) throw repository.failure("restic snapshots", answer);
    return in_context("what restic snapshots said", [&] { return parse_snapshots(answer.out); });
}

Snapshot find(const Repository& repository, const std::string& word) {
    const auto digits = digits_of(word);
    if (digits) {
        auto found = snapshots_in(repository, repository.run({"snapshots", "--json", "--no-lock", *digits}));
        if (found.size() == 1) return std::move(found.front());
    }
    throw Error(Errc::not_found, "there is no backup " + escape_name(word) + " in " + escape_name(repository.shown()))
        .with_hint("'jailctl backups' lists them");
}

Value description_of(const Repository& repository, const std::string& id) {
    const std::string text = repository.ask({"dump", "--no-lock", id, "/jailctl/description.json"});
    return in_context("what restic dump gave of the description", [&] { return parse_json(text); });
}

}  // namespace jailctl::restic

#include "records.hpp"

#include <algorithm>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/state.hpp"

namespace jailctl::restic {
namespace {
constexpr const char* folder = "restic";
constexpr int newest_format = 1;
}

namespace {

/// What is damaged is no snapshot: whoever asks for the proof of one takes that code for the answer.
std::optional<Value> read_records(const Configuration& configuration, const std::string& key) {
    try {
        return StateDirectory::lasting(configuration).read(folder, key);
    } catch (const Error& error) {
        if (error.code() != Errc::damaged) throw;
        throw Error(Errc::io, error.what()).with_hint(error.hint());
    }
}

}  // namespace

std::optional<std::int64_t> Records::verified(const std::string& id) const {
    const auto document = read_records(configuration_, key_);
    if (!document) return {};
    const Value& record = (*document)["snapshots"][id];
    if (!record.is_object()) return {};
    return record["verified"].num();
}

bool Records::has(const std::string& digits) const {
    const auto document = read_records(configuration_, key_);
    return document && std::ranges::any_of((*document)["snapshots"].members(),
                                           [&](const auto& member) { return member.first.starts_with(digits); });
}

void Records::set(const std::string& id, std::int64_t verified) const {
    alter([&](Value::Object& snapshots) {
        std::erase_if(snapshots, [&](const auto& member) { return member.first == id; });
        snapshots.emplace_back(id, Value::object().set("verified", verified));
    });
}

void Records::forget(const std::string& id) const {
    alter([&](Value::Object& snapshots) {
        std::erase_if(snapshots, [&](const auto& member) { return member.first == id; });
    });
}

void Records::alter(const std::function<void(Value::Object& snapshots)>& change) const {
    StateDirectory::lasting(configuration_).alter(folder, key_, newest_format, [&](Value& document) {
        Value::Object snapshots = document["snapshots"].members();
        change(snapshots);
        document.set("snapshots", Value(std::move(snapshots)));
    });
}

}  // namespace jailctl::restic

#include "records.hpp"

#include <sys/file.h>

#include <algorithm>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/state.hpp"

namespace jailctl::restic {
namespace {
constexpr const char* folder = "restic";
}

std::optional<std::int64_t> Records::verified(const std::string& id) const {
    const auto document = StateDirectory::lasting(configuration_).read(folder, key_);
    if (!document) return {};
    const Value& record = (*document)["snapshots"][id];
    if (!record.is_object()) return {};
    return record["verified"].num();
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
    const auto state = StateDirectory::lasting(configuration_);
    const UniqueFd lock = state.open(folder);  // verify holds no jail's lock
    if (::flock(lock.get(), LOCK_EX) != 0) throw_errno("cannot lock " + (state.path() / folder).string());
    Value document = state.read(folder, key_).value_or(Value::object().set("format", 1));
    Value::Object snapshots = document["snapshots"].members();
    change(snapshots);
    state.write(folder, key_, document.set("snapshots", Value(std::move(snapshots))));
}

}  // namespace jailctl::restic

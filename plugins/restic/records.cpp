#include "records.hpp"

#include <algorithm>

#include "jailctl/sdk/state.hpp"

namespace jailctl::restic {
namespace {
constexpr const char* folder = "restic";
constexpr int newest_format = 1;
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
    StateDirectory::lasting(configuration_).alter(folder, key_, newest_format, [&](Value& document) {
        Value::Object snapshots = document["snapshots"].members();
        change(snapshots);
        document.set("snapshots", Value(std::move(snapshots)));
    });
}

}  // namespace jailctl::restic

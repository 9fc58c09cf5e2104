#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl::restic {

/// STATE_DIR/restic/<jail>.json: the snapshots this host made, by their whole id. The id is a digest over everything in
/// the snapshot, so a recorded one vouches for the content, wherever the repository lies.
class Records {
public:
    Records(const Configuration& configuration, std::string jail_key)
        : configuration_(configuration),
          key_(std::move(jail_key)) {}
    /// When it was last verified, 0: never; nothing: this host did not make it.
    [[nodiscard]] std::optional<std::int64_t> verified(const std::string& id) const;
    /// Whether this host made one whose id begins so.
    [[nodiscard]] bool has(const std::string& digits) const;
    void set(const std::string& id, std::int64_t verified) const;
    void forget(const std::string& id) const;

private:
    void alter(const std::function<void(Value::Object& snapshots)>& change) const;
    const Configuration& configuration_;
    std::string key_;
};

}  // namespace jailctl::restic

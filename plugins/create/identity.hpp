#pragma once

#include <string>
#include <string_view>

#include "jailctl/sdk/services/jail_identity.hpp"

namespace jailctl::create {

/// rc.conf of another jail, with this jail's hostname.
[[nodiscard]] std::string renamed_rc_conf(std::string_view text, const Jail& jail);
/// hosts of `was`: its own lines, by name or address, give place to those of `jail`.
[[nodiscard]] std::string renamed_hosts(std::string_view text, const Jail& was, const Jail& jail);

class FileIdentity final : public JailIdentity {
public:
    bool renew(Invocation& invocation, const Jail& was, const Jail& jail, const std::filesystem::path& root) override;
};

}  // namespace jailctl::create

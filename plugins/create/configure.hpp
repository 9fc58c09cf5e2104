#pragma once

#include <string>
#include <string_view>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/rootfs.hpp"

namespace jailctl::create {

/// etc/rc.conf: hostname and the words of RC_CONF, quoted for sh. @throws Error invalid
[[nodiscard]] std::string rc_conf(const Jail& jail);

/// etc/resolv.conf for the name servers of NAMESERVER; what names servers and search lists in `host` if it is empty.
[[nodiscard]] std::string resolv_conf(const Jail& jail, std::string_view host);

/// True if `resolv` names no server but ones on the loopback: the jail has a loopback of its own.
[[nodiscard]] bool only_loopback_servers(std::string_view resolv);

/// etc/hosts: loopback, and the jail's addresses with its name and the first label of it.
[[nodiscard]] std::string hosts(const Jail& jail);

/// Writes rc.conf, resolv.conf, hosts and hostname below etc. hosts and rc.conf that ADDONS/etc brought are kept: hosts
/// always, rc.conf where RC_CONF is not written, then only its hostname is added. @throws Error io, invalid
void write_configuration(Invocation& in, const Jail& jail, const Rootfs& root);

}  // namespace jailctl::create

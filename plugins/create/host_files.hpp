#pragma once

#include <string>

namespace jailctl::create {

/// What resolves names on this host, for jails without NAMESERVER: the file that names the real servers where a local
/// forwarder stands in front of them. Empty if there is none.
[[nodiscard]] std::string host_resolv_conf();

}  // namespace jailctl::create

#pragma once

#include <string>
#include <vector>

#include "support.hpp"

namespace jailctl::test {

/// Two network namespaces joined by a cable: one plays the host (interface up0, 192.0.2.1/24), one the LAN (lan0,
/// 192.0.2.100/24, and whatever a test adds). jailctl runs in the first and takes it for the host's.
class NetworkBed {
public:
    NetworkBed();
    NetworkBed(const NetworkBed&) = delete;
    NetworkBed& operator=(const NetworkBed&) = delete;
    ~NetworkBed();

    [[nodiscard]] std::string host_path() const { return "/run/netns/" + host_; }
    [[nodiscard]] std::string lan_path() const { return "/run/netns/" + lan_; }
    /// Makes a bridge br0 of the host, up0 its port, with the addresses up0 had.
    void make_bridge() const;
    /// Runs a command in one of them.
    Result in_host(const std::vector<std::string>& argv) const;
    Result in_lan(const std::vector<std::string>& argv) const;
    /// ip(8) output of everything jailctl could change in the host's namespace: links, addresses, routes, proxy
    /// neighbours, forwarding and proxy_delay of up0.
    [[nodiscard]] std::string host_network() const;

private:
    std::string host_, lan_;
};

/// Whether jails of that RUN_DIR are noted as users of an interface.
[[nodiscard]] bool is_noted(const std::filesystem::path& run_dir);

}  // namespace jailctl::test

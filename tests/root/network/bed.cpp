#include "bed.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <regex>
#include <thread>

namespace jailctl::test {

namespace {

void must(const std::vector<std::string>& argv) {
    const auto result = run_command(argv);
    if (result.status != 0) ADD_FAILURE() << argv[0] << " failed: " << result.all();
}

}  // namespace

NetworkBed::NetworkBed() : host_("jlh-" + std::to_string(::getpid())), lan_("jll-" + std::to_string(::getpid())) {
    must({"ip", "netns", "add", host_});
    must({"ip", "netns", "add", lan_});
    must({"ip", "-n", host_, "link", "add", "up0", "type", "veth", "peer", "name", "lan0", "netns", lan_});
    for (const auto& name : {host_, lan_}) must({"ip", "-n", name, "link", "set", "lo", "up"});
    // No IPv6 of their own: its address detection would change what is compared while a test runs.
    must({"ip", "-n", host_, "link", "set", "up0", "addrgenmode", "none"});
    must({"ip", "-n", lan_, "link", "set", "lan0", "addrgenmode", "none"});
    must({"ip", "-n", host_, "link", "set", "up0", "mtu", "1400", "up"});
    must({"ip", "-n", lan_, "link", "set", "lan0", "mtu", "1400", "up"});
    must({"ip", "-n", host_, "addr", "add", "192.0.2.1/24", "dev", "up0"});
    must({"ip", "-n", lan_, "addr", "add", "192.0.2.100/24", "dev", "lan0"});
    must({"ip", "-n", host_, "addr", "add", "2001:db8::1/64", "dev", "up0", "nodad"});
    must({"ip", "-n", lan_, "addr", "add", "2001:db8::100/64", "dev", "lan0", "nodad"});
}

NetworkBed::~NetworkBed() {
    run_command({"ip", "netns", "del", host_});
    run_command({"ip", "netns", "del", lan_});
}

void NetworkBed::make_bridge() const {
    must({"ip", "-n", host_, "addr", "flush", "dev", "up0"});
    must({"ip", "-n", host_, "link", "add", "br0", "mtu", "1400", "type", "bridge"});
    must({"ip", "-n", host_, "link", "set", "br0", "addrgenmode", "none"});
    must({"ip", "-n", host_, "link", "set", "up0", "master", "br0"});
    must({"ip", "-n", host_, "link", "set", "br0", "up"});
    must({"ip", "-n", host_, "addr", "add", "192.0.2.1/24", "dev", "br0"});
    must({"ip", "-n", host_, "addr", "add", "2001:db8::1/64", "dev", "br0", "nodad"});
    // The kernel learns of its carrier a little later; what is compared begins with a bridge that has it.
    for (int attempt = 0;
         attempt < 200 && in_host({"ip", "link", "show", "br0"}).out.find("state UP") == std::string::npos; ++attempt)
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
}

Result NetworkBed::in_host(const std::vector<std::string>& argv) const {
    RunOptions options;
    options.network_namespace = host_path();
    return run_command(argv, options);
}

Result NetworkBed::in_lan(const std::vector<std::string>& argv) const {
    RunOptions options;
    options.network_namespace = lan_path();
    return run_command(argv, options);
}

std::string NetworkBed::host_network() const {
    std::string text;
    const std::vector<std::vector<std::string>> questions = {{"ip", "-n", host_, "-o", "link"},
                                                             {"ip", "-n", host_, "-o", "addr"},
                                                             {"ip", "-n", host_, "route", "show", "table", "all"},
                                                             {"ip", "-n", host_, "neigh", "show", "proxy"},
                                                             {"ip", "-n", host_, "-6", "neigh", "show", "proxy"}};
    for (const auto& question : questions) text += run_command(question).all();
    text += in_host({"nft", "list", "ruleset"}).all();
    for (const auto* setting : {"ipv4/conf/up0/forwarding", "ipv4/neigh/up0/proxy_delay", "ipv6/conf/up0/forwarding",
                                "ipv6/conf/up0/proxy_ndp", "ipv6/conf/up0/accept_ra", "ipv6/neigh/up0/proxy_delay",
                                "ipv6/conf/all/forwarding"}) {
        text += in_host({"cat", std::string("/proc/sys/net/") + setting}).all();
    }
    return std::regex_replace(text, std::regex("valid_lft.*"), "");
}

bool is_noted(const std::filesystem::path& run_dir) {
    return slurp("/run/jailctl/network.json").find('"' + run_dir.string() + '"') != std::string::npos;
}

}  // namespace jailctl::test

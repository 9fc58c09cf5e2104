/// The bridge provider itself: what it makes on a bridge of the host, what it refuses, what it lets a jail send.
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sys/socket.h>

#include "network_setting.hpp"
#include "provider.hpp"

namespace jailctl::lifecycle {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class BridgeProvider : public Provider {
protected:
    void SetUp() override {
        Provider::SetUp();
        if (!bed_) return;
        provider_ = "bridge";
        bed_->make_bridge();
        before_ = bed_->host_network();
    }
    Jail bridged(const std::string& name, const std::string& address, const std::string& bridge = "br0") {
        Jail made = jail(name, address, "");
        made.settings.set("NETWORK", {"bridge:" + bridge, {"jails.conf", 5, 1}, true});
        return made;
    }
    bool lan_reaches(const std::string& address) {
        return bed_->in_lan({"busybox", "ping", "-c1", "-W2", address}).status == 0;
    }
    bool jail_reaches(const std::string& address, const std::vector<std::string>& more = {}) {
        std::vector<std::string> argv{"busybox", "ping", "-c1", "-W1"};
        argv.insert(argv.end(), more.begin(), more.end());
        argv.push_back(address);
        return in_jail(argv).status == 0;
    }
    /// Sends a frame out of the jail, with its MAC address as sender, and says whether the LAN sees its content.
    bool lan_sees(std::uint16_t type, const std::string& content, const std::string& sender = {});

    std::string before_;
};

int packets_of(const char* interface) {
    const int fd = ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL));
    sockaddr_ll here{};
    here.sll_family = AF_PACKET;
    here.sll_protocol = htons(ETH_P_ALL);
    here.sll_ifindex = static_cast<int>(::if_nametoindex(interface));
    EXPECT_EQ(::bind(fd, reinterpret_cast<const sockaddr*>(&here), sizeof here), 0);
    const timeval patience{0, 300000};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

bool BridgeProvider::lan_sees(std::uint16_t type, const std::string& content, const std::string& sender) {
    UniqueFd out, lan;
    std::string mac = sender;
    {
        const InsideNetns inside(netns_.get());
        Netlink netlink(NETLINK_ROUTE);
        if (mac.empty()) mac = find_link(netlink, "eth0")->mac;
        out.reset(packets_of("eth0"));
    }
    {
        const UniqueFd there(::open(bed_->lan_path().c_str(), O_RDONLY | O_CLOEXEC));
        const InsideNetns inside(there.get());
        lan.reset(packets_of("lan0"));
    }
    const char kind[] = {static_cast<char>(type >> 8U), static_cast<char>(type & 0xffU)};
    const std::string frame = std::string(6, '\xff') + mac + std::string(kind, 2) + content;
    EXPECT_EQ(::send(out.get(), frame.data(), frame.size(), 0), static_cast<ssize_t>(frame.size()));
    char got[2048];
    for (;;) {
        const auto size = ::recv(lan.get(), got, sizeof got, 0);
        if (size < 0) return false;
        if (std::string(got, static_cast<std::size_t>(size)).ends_with(content.substr(content.size() - 8))) return true;
    }
}

std::string be16(unsigned value) { return {static_cast<char>(value >> 8U), static_cast<char>(value & 0xffU)}; }

/// An IPv4 packet of UDP, to everybody; ends in 8 bytes to know it by.
std::string udp_packet(const std::string& source, unsigned port) {
    char bytes[4];
    inet_pton(AF_INET, source.c_str(), bytes);
    std::string packet = std::string("\x45\0", 2) + be16(36) + std::string("\0\1\0\0\x40\x11\0\0", 8) +
                         std::string(bytes, 4) + std::string(4, '\xff');
    unsigned sum = 0;  // br_netfilter looks at the header's
    for (std::size_t i = 0; i < 20; i += 2) {
        sum += static_cast<unsigned char>(packet[i]) * 256U + static_cast<unsigned char>(packet[i + 1]);
    }
    packet.replace(10, 2, be16(~((sum & 0xffffU) + (sum >> 16U)) & 0xffffU));
    return packet + be16(port) + be16(68) + be16(16) + be16(0) + "marker" + be16(port);
}

std::string bytes6(const std::string& address) {
    char bytes[16];
    inet_pton(AF_INET6, address.c_str(), bytes);
    return {bytes, sizeof bytes};
}

/// ICMPv6 of a type about `target`, to all nodes.
std::string icmp6_packet(const std::string& source, unsigned type, const std::string& target) {
    const std::string message = std::string(1, static_cast<char>(type)) + std::string(7, '\0') + bytes6(target) +
                                std::string("\2\1", 2) + "mark" + be16(type);
    return std::string("\x60\0\0\0", 4) + be16(static_cast<unsigned>(message.size())) + std::string("\x3a\xff", 2) +
           bytes6(source) + bytes6("ff02::1") + message;
}

TEST_F(BridgeProvider, JoinsTheBridgeAndLeavesNothing) {
    auto one = bridged("a.test", "192.0.2.7");
    one.addresses.push_back(Address::parse("192.0.2.8/25"));
    one.addresses.push_back(Address::parse("[2001:db8::7]"));
    check(one);
    const auto record = join(one);
    for (const std::string address : {"192.0.2.7", "192.0.2.8", "2001:db8::7"}) {
        EXPECT_TRUE(lan_reaches(address)) << address;
        EXPECT_EQ(test::run_command({"busybox", "ping", "-c1", "-W2", address}).status, 0) << address;
    }
    EXPECT_TRUE(jail_reaches("192.0.2.100"));
    EXPECT_TRUE(jail_reaches("2001:db8::100"));
    const auto shown = test::run_command({"ip", "-d", "link", "show", "a.test"}).all();
    EXPECT_THAT(shown, HasSubstr("alias a.test"));
    EXPECT_THAT(shown, HasSubstr("mtu 1400"));
    EXPECT_THAT(shown, HasSubstr("master br0"));
    EXPECT_THAT(in_jail({"ip", "addr"}).all(), HasSubstr("192.0.2.7/24"));  // as br0 has it
    EXPECT_THAT(in_jail({"ip", "addr"}).all(), HasSubstr("192.0.2.8/25"));  // as JAILS has it
    EXPECT_THAT(in_jail({"ip", "addr"}).all(), HasSubstr("2001:db8::7/64"));
    check(one);  // its own is no obstacle
    network().leave(host_, one, record);
    EXPECT_EQ(bed_->host_network(), before_);
    network().leave(host_, one, record);  // what is gone is success
    EXPECT_EQ(bed_->host_network(), before_);
    join(one, false);  // not committed: undone
    EXPECT_EQ(bed_->host_network(), before_);
}

/// A bridged jail has no translation: one that is there is of a run from before, as in a ruleset that was saved.
TEST_F(BridgeProvider, ATranslationFromBeforeGoesWithTheNextStart) {
    const auto one = bridged("a.test", "192.0.2.7");
    const auto table = "table inet " + veth_of(one.name).host_name;
    ASSERT_EQ(test::run_command({"nft", "add", "table", "inet", veth_of(one.name).host_name}).status, 0);
    EXPECT_THAT(bed_->host_network(), HasSubstr(table));
    const auto record = join(one);
    EXPECT_THAT(bed_->host_network(), Not(HasSubstr(table)));
    network().leave(host_, one, record);
    EXPECT_EQ(bed_->host_network(), before_);
}

TEST_F(BridgeProvider, TwoJailsReachEachOther) {
    const auto first = bridged("a.test", "192.0.2.7"), second = bridged("b.test", "192.0.2.8");
    const auto record = join(first);
    EXPECT_THAT(message_of([&] { check(bridged("c.test", "192.0.2.7")); }, Errc::exists),
                HasSubstr("address 192.0.2.7 is in use by "));
    another_netns();
    const auto other = join(second);
    EXPECT_TRUE(jail_reaches("192.0.2.7"));
    network().leave(host_, first, record);
    EXPECT_TRUE(lan_reaches("192.0.2.8"));
    network().leave(host_, second, other);
    EXPECT_EQ(bed_->host_network(), before_);
}

TEST_F(BridgeProvider, TheDefaultRouteFollowsTheHostElseLeadsToIt) {
    const auto routes = [&](Jail one) {
        const auto record = join(one);
        const auto text = in_jail({"ip", "route"}).all() + in_jail({"ip", "-6", "route"}).all();
        network().leave(host_, one, record);
        another_netns();
        return text;
    };
    auto one = bridged("a.test", "192.0.2.7");
    one.addresses.push_back(Address::parse("[2001:db8::7]"));
    EXPECT_THAT(routes(one), HasSubstr("default via 192.0.2.1 dev eth0"));
    EXPECT_THAT(routes(one), HasSubstr("default via 2001:db8::1 dev eth0"));
    test::run_command({"ip", "route", "add", "default", "via", "192.0.2.254", "dev", "br0"});
    test::run_command({"ip", "-6", "route", "add", "default", "via", "fe80::99", "dev", "br0"});
    EXPECT_THAT(routes(one), HasSubstr("default via 192.0.2.254 dev eth0"));
    EXPECT_THAT(routes(one), HasSubstr("default via fe80::99 dev eth0"));
    one.settings.set("GATEWAY", {"192.0.2.100 fe80::42", {}, true});
    EXPECT_THAT(routes(one), HasSubstr("default via 192.0.2.100 dev eth0"));
    EXPECT_THAT(routes(one), HasSubstr("default via fe80::42 dev eth0"));
    one.settings.set("GATEWAY", {"none", {}, true});
    EXPECT_THAT(routes(one), Not(HasSubstr("default")));
    one.settings.set("GATEWAY", {"198.51.100.1", {"a.conf", 2, 1}, true});
    EXPECT_THAT(message_of([&] { check(one); }, Errc::config),
                HasSubstr("GATEWAY (a.conf:2) 198.51.100.1 is on no network of jail a.test"));
    one.settings.set("GATEWAY", {"192.0.2.7", {"a.conf", 2, 1}, true});
    EXPECT_THAT(message_of([&] { check(one); }, Errc::config), HasSubstr("is jail a.test itself"));
}

TEST_F(BridgeProvider, RefusesWhatIsNoBridgeAndUnclearNetworks) {
    const auto none = message_of([&] { check(bridged("a.test", "192.0.2.7", "br7")); },
                                 Errc::not_found);
    EXPECT_THAT(none, HasSubstr("jails.conf:5: NETWORK: there is no bridge br7 on this host"));
    EXPECT_THAT(none, HasSubstr("br0"));
    EXPECT_THAT(message_of([&] { check(bridged("a.test", "192.0.2.7", "up0")); }, Errc::config),
                HasSubstr("up0 is no bridge but of kind veth"));
    EXPECT_THAT(message_of([&] { check(bridged("a.test", "198.51.100.7")); }, Errc::config),
                HasSubstr("write the length of its prefix in JAILS, such as 198.51.100.7/24"));
    EXPECT_THAT(message_of([&] { check(bridged("a.test", "198.51.100.255/24")); }, Errc::config),
                HasSubstr("is that of a network or its broadcast"));
    EXPECT_THAT(message_of([&] { check(bridged("a.test", "192.0.2.1")); }, Errc::exists),
                HasSubstr("belongs to the host: it is on br0"));
    EXPECT_THAT(message_of([&] { check(bridged("a.test", "192.0.2.100")); }, Errc::exists),
                HasSubstr("address 192.0.2.100 is in use by "));
    EXPECT_THAT(message_of([&] { check(bridged("a.test", "[2001:db8::100]")); }, Errc::exists),
                HasSubstr("address 2001:db8::100 is in use by "));
    auto one = bridged("a.test", "192.0.2.7");
    one.settings.set("FORWARD", {"tcp:80:80", {"a.conf", 3, 1}, true});
    EXPECT_THAT(message_of([&] { check(one); }, Errc::config),
                HasSubstr("FORWARD (a.conf:3) leads nowhere"));
    EXPECT_EQ(bed_->host_network(), before_);
}

TEST_F(BridgeProvider, SettingsAreReadWithCare) {
    EXPECT_THROW(check_network_setting("bridge:"), Error);
    EXPECT_THROW(check_network_setting("bridge:a/b"), Error);
    EXPECT_THROW(check_network_setting("bridge:0123456789abcdef"), Error);
    check_network_setting("bridge:br0");
}

TEST_F(BridgeProvider, OnlyTheJailsOwnAddressesPass) {
    auto one = bridged("a.test", "192.0.2.7");
    one.addresses.push_back(Address::parse("[2001:db8::7]"));
    const auto record = join(one);
    EXPECT_TRUE(lan_sees(ETH_P_IP, udp_packet("192.0.2.7", 4000)));
    EXPECT_FALSE(lan_sees(ETH_P_IP, udp_packet("192.0.2.66", 4000)));
    EXPECT_FALSE(lan_sees(ETH_P_IP, udp_packet("192.0.2.7", 4000), std::string("\x02\0\0\0\0\x66", 6)));
    // A VLAN of a trunk beside the jail: the kernel shows the rules the packet as if it bore no tag.
    EXPECT_FALSE(lan_sees(ETH_P_8021Q, std::string("\0\7\x08\0", 4) + udp_packet("192.0.2.7", 4000)));
    EXPECT_FALSE(lan_sees(ETH_P_8021AD, std::string("\0\7\x08\0", 4) + udp_packet("192.0.2.7", 4000)));
    EXPECT_FALSE(lan_sees(0x88cc, std::string(60, 'x')));  // LLDP, as one protocol of many
    in_jail({"ip", "addr", "add", "2001:db8::66/64", "dev", "eth0", "nodad"});
    EXPECT_TRUE(jail_reaches("2001:db8::1", {"-I", "2001:db8::7"}));  // first: it finds the neighbour for the other
    EXPECT_FALSE(jail_reaches("2001:db8::1", {"-I", "2001:db8::66"}));
    in_jail({"busybox", "arping", "-c1", "-A", "-I", "eth0", "192.0.2.254"});
    EXPECT_THAT(bed_->in_lan({"ip", "neigh"}).all(), Not(HasSubstr("192.0.2.254")));
    // The same with the guard away: it is what dropped them.
    ASSERT_EQ(test::run_command({"nft", "delete", "table", "netdev", record["link"].str()}).status, 0);
    EXPECT_TRUE(lan_sees(ETH_P_IP, udp_packet("192.0.2.66", 4000)));
    network().leave(host_, one, record);
    EXPECT_EQ(bed_->host_network(), before_);
}

/// Two configurations may name one jail: what one of them makes or clears is no business of the other's link.
TEST_F(BridgeProvider, ALinkOfAnotherConfigurationsJailIsLeftAlone) {
    const auto one = bridged("a.test", "192.0.2.7");
    const auto record = join(one);
    auto theirs = record;
    // As a start that was killed before it made its link notes it.
    theirs.set("alias", "a.test 12345").set("link_index", 0);
    network().leave(host_, one, theirs);
    EXPECT_TRUE(lan_reaches("192.0.2.7"));
    EXPECT_FALSE(lan_sees(ETH_P_IP, udp_packet("192.0.2.66", 4000)));
    another_netns();
    const auto refused = message_of([&] { (void)join(one, false); }, Errc::exists);
    EXPECT_THAT(refused, HasSubstr("a jail of that name runs from another configuration"));
}

TEST_F(BridgeProvider, NothingPassesThatWouldConfigureOthers) {
    auto one = bridged("a.test", "192.0.2.7");
    one.addresses.push_back(Address::parse("[2001:db8::7]"));
    const auto record = join(one);
    const auto local =
        in_jail({"sh", "-c", "ip -6 -o addr show dev eth0 scope link | sed 's/.*inet6 //; s,/.*,,'"}).out;
    const auto own = local.substr(0, local.find('\n'));
    constexpr unsigned solicit = 135, advert = 136, router = 134, redirect = 137;
    EXPECT_FALSE(lan_sees(ETH_P_IP, udp_packet("192.0.2.7", 67)));
    EXPECT_TRUE(lan_sees(ETH_P_IPV6, icmp6_packet(own, solicit, "2001:db8::100"))) << own;
    EXPECT_TRUE(lan_sees(ETH_P_IPV6, icmp6_packet(own, advert, "2001:db8::7")));
    EXPECT_TRUE(lan_sees(ETH_P_IPV6, icmp6_packet("::", solicit, "2001:db8::7")));
    EXPECT_FALSE(lan_sees(ETH_P_IPV6, icmp6_packet("::", solicit, "2001:db8::100")));  // would deny it to its owner
    EXPECT_FALSE(lan_sees(ETH_P_IPV6, icmp6_packet(own, advert, "2001:db8::1")));
    EXPECT_FALSE(lan_sees(ETH_P_IPV6, icmp6_packet("fe80::1", solicit, "2001:db8::100")));
    EXPECT_FALSE(lan_sees(ETH_P_IPV6, icmp6_packet(own, router, "::")));
    EXPECT_FALSE(lan_sees(ETH_P_IPV6, icmp6_packet(own, redirect, "2001:db8::100")));
    network().leave(host_, one, record);
}

TEST_F(BridgeProvider, TheBridgeKeepsItsMacAddress) {
    const auto mac_of = [] {
        const auto text = test::run_command({"ip", "-o", "link", "show", "br1"}).all();
        return text.substr(text.find("link/ether"), 28);
    };
    test::run_command({"ip", "link", "add", "br1", "type", "bridge"});
    test::run_command({"ip", "link", "set", "br1", "up"});
    test::run_command({"ip", "addr", "add", "198.51.100.1/24", "dev", "br1"});
    const auto mac = mac_of();
    const auto first = bridged("a.test", "198.51.100.7", "br1"), second = bridged("b.test", "198.51.100.8", "br1");
    const auto record = join(first);
    EXPECT_EQ(mac_of(), mac);
    another_netns();
    const auto other = join(second);
    EXPECT_EQ(mac_of(), mac);
    EXPECT_TRUE(jail_reaches("198.51.100.7"));
    network().leave(host_, first, record);
    network().leave(host_, second, other);
    EXPECT_EQ(mac_of(), mac);
}

TEST_F(BridgeProvider, ABridgeThatIsGoneLeavesNothing) {
    const auto one = bridged("a.test", "192.0.2.7");
    const auto record = join(one);
    test::run_command({"ip", "link", "del", "br0"});
    const auto link = record["link"].str();
    EXPECT_THAT(bed_->host_network(), HasSubstr(link));
    network().leave(host_, one, record);
    EXPECT_THAT(bed_->host_network(), Not(HasSubstr(link)));
    EXPECT_THAT(message_of([&] { check(one); }, Errc::not_found), HasSubstr("there is no bridge br0"));
}

}  // namespace
}  // namespace jailctl::lifecycle

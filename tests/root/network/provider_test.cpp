/// The routed provider itself, between network namespaces: what it makes, what it refuses, and that it takes all down.
#include <arpa/inet.h>
#include <sys/socket.h>

#include <chrono>

#include "provider.hpp"

namespace jailctl::lifecycle {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class RoutedProvider : public Provider {};

TEST_F(RoutedProvider, JoinsTheLanAndLeavesNothing) {
    const auto before = bed_->host_network();
    const auto one = jail("www.example.org", "192.0.2.7");
    check(one);
    const auto record = join(one);
    EXPECT_EQ(bed_->in_lan({"busybox", "ping", "-c1", "-W2", "192.0.2.7"}).status, 0);
    EXPECT_EQ(in_jail({"busybox", "ping", "-c1", "-W2", "192.0.2.100"}).status, 0);
    EXPECT_EQ(in_jail({"busybox", "ping", "-c1", "-W2", "192.0.2.1"}).status, 0);
    EXPECT_EQ(test::run_command({"busybox", "ping", "-c1", "-W2", "192.0.2.7"}).status, 0);
    const auto shown = test::run_command({"ip", "-d", "link", "show", "www.example.org"}).all();
    EXPECT_THAT(shown, HasSubstr("alias www.example.org"));
    EXPECT_THAT(shown, HasSubstr("mtu 1400"));
    EXPECT_THAT(in_jail({"ip", "route"}).all(), HasSubstr("default via 169.254.0.1 dev eth0"));
    EXPECT_THAT(test::slurp("/proc/sys/net/ipv4/conf/up0/forwarding"), HasSubstr("1"));
    network().leave(host_, one, record);
    EXPECT_EQ(bed_->host_network(), before);
    network().leave(host_, one, record);  // what is gone is success
    EXPECT_EQ(bed_->host_network(), before);
}

TEST_F(RoutedProvider, AnUncommittedJoinIsUndone) {
    const auto before = bed_->host_network();
    join(jail("www.example.org", "192.0.2.7"), false);
    EXPECT_EQ(bed_->host_network(), before);
}

TEST_F(RoutedProvider, SettingsOfTheUplinkStayUntilTheLastJailLeaves) {
    const auto before = bed_->host_network();
    const auto first = jail("a.test", "192.0.2.7"), second = jail("b.test", "192.0.2.8");
    const auto record = join(first);
    another_netns();
    const auto other = join(second);
    network().leave(host_, first, record);
    EXPECT_EQ(test::slurp("/proc/sys/net/ipv4/conf/up0/forwarding"), "1\n");
    EXPECT_EQ(test::slurp("/proc/sys/net/ipv4/neigh/up0/proxy_delay"), "0\n");
    EXPECT_EQ(bed_->in_lan({"busybox", "ping", "-c1", "-W2", "192.0.2.8"}).status, 0);
    network().leave(host_, second, other);
    EXPECT_EQ(bed_->host_network(), before);
}

TEST_F(RoutedProvider, AHostThatBecameARouterMeanwhileStaysOne) {
    const auto one = jail("a.test", "192.0.2.7");
    const auto record = join(one);
    test::spit("/proc/sys/net/ipv4/ip_forward", "1\n");
    network().leave(host_, one, record);
    EXPECT_EQ(test::slurp("/proc/sys/net/ipv4/conf/up0/forwarding"), "1\n");
}

TEST_F(RoutedProvider, RefusesAddressesInUse) {
    EXPECT_THAT(message_of([&] { check(jail("a.test", "192.0.2.1")); }, Errc::exists),
                HasSubstr("address 192.0.2.1 belongs to the host: it is on up0"));
    EXPECT_THAT(message_of([&] { check(jail("a.test", "192.0.2.100")); }, Errc::exists),
                HasSubstr("address 192.0.2.100 is in use by "));
    EXPECT_THAT(message_of([&] { check(jail("a.test", "192.0.2.255")); }, Errc::config),
                HasSubstr("broadcast"));
    const auto first = jail("a.test", "192.0.2.7");
    const auto record = join(first);
    EXPECT_THAT(message_of([&] { check(jail("b.test", "192.0.2.7")); }, Errc::exists),
                HasSubstr("(a.test) already"));
    check(first);  // what is its own is taken down by start before it joins
    network().leave(host_, first, record);
    check(jail("b.test", "192.0.2.7"));
}

TEST_F(RoutedProvider, RefusesAMissingInterface) {
    const auto text =
        message_of([&] { check(jail("a.test", "192.0.2.7", "em0")); }, Errc::not_found);
    EXPECT_THAT(text, HasSubstr("jails.conf:3: IF: there is no network interface em0"));
    EXPECT_THAT(text, HasSubstr("lo, up0"));
    EXPECT_THAT(message_of([&] { check(jail("a.test", "192.0.2.7", "")); }, Errc::config),
                HasSubstr("IF is not set"));
}

TEST_F(RoutedProvider, RoutesIPv6BesideIPv4AndLeavesNothing) {
    const auto before = bed_->host_network();
    auto one = jail("a.test", "192.0.2.7");
    one.addresses.push_back(Address::parse("[2001:db8::7]"));
    one.addresses.push_back(Address::parse("[2001:db8::8]/64"));
    check(one);
    const auto record = join(one);
    for (const std::string address : {"192.0.2.7", "2001:db8::7", "2001:db8::8"}) {
        EXPECT_EQ(bed_->in_lan({"busybox", "ping", "-c1", "-W2", address}).status, 0) << address;
        EXPECT_EQ(test::run_command({"busybox", "ping", "-c1", "-W2", address}).status, 0) << address;
    }
    EXPECT_EQ(in_jail({"busybox", "ping", "-c1", "-W2", "2001:db8::100"}).status, 0);
    EXPECT_EQ(in_jail({"busybox", "ping", "-c1", "-W2", "192.0.2.100"}).status, 0);
    EXPECT_THAT(in_jail({"ip", "-6", "route"}).all(), HasSubstr("default via fe80::1 dev eth0"));
    check(one);  // its own is no obstacle
    network().leave(host_, one, record);
    EXPECT_EQ(bed_->host_network(), before);
}

TEST_F(RoutedProvider, TheGuardDropsOtherSourcesOfIPv6) {
    const auto one = jail("a.test", "[2001:db8::7]");
    const auto record = join(one);
    const auto link = record["link"].str();
    test::run_command({"ip", "route", "add", "2001:db8::66", "dev", link});
    in_jail({"ip", "addr", "add", "2001:db8::66/128", "dev", "eth0", "nodad"});
    EXPECT_NE(in_jail({"busybox", "ping", "-c1", "-W1", "-I", "2001:db8::66", "2001:db8::1"}).status, 0);
    EXPECT_EQ(in_jail({"busybox", "ping", "-c1", "-W2", "-I", "2001:db8::7", "2001:db8::1"}).status, 0);
    ASSERT_EQ(test::run_command({"nft", "delete", "table", "netdev", link}).status, 0);
    EXPECT_EQ(in_jail({"busybox", "ping", "-c1", "-W2", "-I", "2001:db8::66", "2001:db8::1"}).status, 0);
    network().leave(host_, one, record);
}

TEST_F(RoutedProvider, RefusesAddressesOfIPv6InUse) {
    EXPECT_THAT(message_of([&] { check(jail("a.test", "[2001:db8::1]")); }, Errc::exists),
                HasSubstr("address 2001:db8::1 belongs to the host: it is on up0"));
    EXPECT_THAT(message_of([&] { check(jail("a.test", "[2001:db8::100]")); }, Errc::exists),
                HasSubstr("address 2001:db8::100 is in use by "));
    const auto first = jail("a.test", "[2001:db8::7]");
    const auto record = join(first);
    EXPECT_THAT(message_of([&] { check(jail("b.test", "[2001:db8::7]")); }, Errc::exists),
                HasSubstr("(a.test) already"));
    network().leave(host_, first, record);
    test::spit("/proc/sys/net/ipv6/conf/up0/disable_ipv6", "1\n");
    EXPECT_THAT(message_of([&] { check(jail("a.test", "[2001:db8::7]")); }, Errc::unsupported),
                HasSubstr("IPv6 is switched off on up0"));
}

TEST_F(RoutedProvider, DoesNotWaitForAnAnswerThatDoesNotCome) {
    const auto begin = std::chrono::steady_clock::now();
    check(jail("a.test", "192.0.2.7"));
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST_F(RoutedProvider, ALinkThatOnlyHasTheNameIsNotDeleted) {
    const auto name = veth_of(JailName("a.test")).host_name;
    test::run_command({"ip", "link", "add", name, "type", "veth", "peer", "name", "other0"});
    network().leave(host_, jail("a.test", "192.0.2.7"),
                    Value::object().set("stack", this_netns()).set("interface", "up0").set("link_index", 0));
    EXPECT_EQ(test::run_command({"ip", "link", "show", name}).status, 0);
    EXPECT_THAT(message_of([&] { check(jail("a.test", "192.0.2.7")); }, Errc::exists),
                HasSubstr("of a jail named a.test is there already"));
}

TEST_F(RoutedProvider, AJailCannotSendFromAnotherAddress) {
    const auto one = jail("a.test", "192.0.2.7");
    const auto record = join(one);
    in_jail({"ip", "addr", "add", "192.0.2.66/32", "dev", "eth0"});
    EXPECT_NE(in_jail({"busybox", "ping", "-c1", "-W1", "-I", "192.0.2.66", "192.0.2.1"}).status, 0);
    EXPECT_EQ(in_jail({"busybox", "ping", "-c1", "-W5", "-I", "192.0.2.7", "192.0.2.1"}).status, 0);
    network().leave(host_, one, record);
}

/// rp_filter off and an address the host has a way back to: what remains is the guard.
TEST_F(RoutedProvider, TheGuardDropsOtherSourcesWithoutRpFilter) {
    const auto before = bed_->host_network();
    const auto one = jail("a.test", "192.0.2.7");
    const auto record = join(one);
    const auto link = record["link"].str();
    test::spit("/proc/sys/net/ipv4/conf/all/rp_filter", "0\n");
    test::spit("/proc/sys/net/ipv4/conf/" + link + "/rp_filter", "0\n");
    test::run_command({"ip", "route", "add", "198.51.100.9", "dev", link});
    in_jail({"ip", "addr", "add", "198.51.100.9/32", "dev", "eth0"});
    EXPECT_NE(in_jail({"busybox", "ping", "-c1", "-W1", "-I", "198.51.100.9", "192.0.2.1"}).status, 0);
    EXPECT_EQ(in_jail({"busybox", "ping", "-c1", "-W2", "-I", "192.0.2.7", "192.0.2.1"}).status, 0);
    // The same with the guard away: it is what dropped the packet.
    ASSERT_EQ(test::run_command({"nft", "delete", "table", "netdev", link}).status, 0);
    EXPECT_EQ(in_jail({"busybox", "ping", "-c1", "-W2", "-I", "198.51.100.9", "192.0.2.1"}).status, 0);
    network().leave(host_, one, record);  // rules that somebody flushed are no obstacle
    EXPECT_EQ(bed_->host_network(), before);
}

TEST_F(RoutedProvider, TheGuardDropsAnotherMacAddressAndForeignArp) {
    const auto one = jail("a.test", "192.0.2.7");
    const auto record = join(one);
    in_jail({"ip", "addr", "add", "192.0.2.1/32", "dev", "eth0"});  // the host's own, as a poisoner would announce it
    in_jail({"busybox", "arping", "-c1", "-A", "-I", "eth0", "192.0.2.1"});
    in_jail({"ip", "addr", "del", "192.0.2.1/32", "dev", "eth0"});
    EXPECT_THAT(test::run_command({"ip", "neigh"}).all(), Not(HasSubstr("192.0.2.1 dev jl")));
    in_jail({"ip", "link", "set", "eth0", "address", "02:00:00:00:00:66"});
    EXPECT_NE(in_jail({"busybox", "ping", "-c1", "-W1", "192.0.2.1"}).status, 0);
    network().leave(host_, one, record);
}

TEST_F(RoutedProvider, NatHidesAddressesTheLanKnowsNoWayTo) {
    const auto before = bed_->host_network();
    auto one = jail("a.test", "10.9.8.7");
    const auto without = join(one);
    EXPECT_NE(in_jail({"busybox", "ping", "-c1", "-W1", "192.0.2.100"}).status, 0);
    network().leave(host_, one, without);
    one.settings.set("NAT", {"yes", {}, true});
    const auto record = join(one);
    EXPECT_EQ(in_jail({"busybox", "ping", "-c1", "-W2", "192.0.2.100"}).status, 0);
    network().leave(host_, one, record);
    EXPECT_EQ(bed_->host_network(), before);
    EXPECT_TRUE(host_.fake_console.warnings.empty());
    auto other = jail("b.test", "192.0.2.7");
    other.settings.set("NAT", {"yes", {}, true});
    const auto needless = join(other);
    ASSERT_EQ(host_.fake_console.warnings.size(), 1U);
    EXPECT_THAT(host_.fake_console.warnings[0], HasSubstr("NAT of jail b.test has nothing to do"));
    network().leave(host_, other, needless);
    host_.fake_configuration.settings.set("NAT", other.settings["NAT"]);
    network().leave(host_, other, join(other));
    EXPECT_EQ(host_.fake_console.warnings.size(), 1U) << "it is set for all, and meant for those that need it";
}

/// Two configurations start at once: each has looked when neither was there, and the kernel gives the route to one.
TEST_F(RoutedProvider, TheLaterOfTwoWithOneAddressLeavesThatOfTheFirst) {
    const auto proxies = [] {
        return test::run_command({"ip", "neigh", "show", "proxy"}).all() +
               test::run_command({"ip", "-6", "neigh", "show", "proxy"}).all();
    };
    auto first = jail("a.test", "192.0.2.7"), second = jail("z.test", "192.0.2.9");
    first.addresses.push_back(Address::parse("[2001:db8::7]"));
    const auto record = join(first);
    const auto before = proxies();
    EXPECT_THAT(before, AllOf(HasSubstr("192.0.2.7 dev up0"), HasSubstr("2001:db8::7 dev up0")));
    another_netns();
    for (const std::string taken : {"192.0.2.7", "[2001:db8::7]"}) {
        second.addresses = {Address::parse("192.0.2.9"), Address::parse(taken)};
        EXPECT_THAT(message_of([&] { join(second); }, Errc::exists),
                    HasSubstr("address " + second.addresses[1].text() + " is routed to " + record["link"].str() +
                              " (a.test) already"));
        EXPECT_EQ(proxies(), before);  // 192.0.2.9, which was its own, is gone
    }
    EXPECT_EQ(bed_->in_lan({"busybox", "ping", "-c1", "-W2", "192.0.2.7"}).status, 0);
    EXPECT_EQ(bed_->in_lan({"busybox", "ping", "-c1", "-W2", "2001:db8::7"}).status, 0);
    network().leave(host_, second, Value{});  // as a stop does whose record was lost
    EXPECT_EQ(proxies(), before);
    network().leave(host_, first, record);
    EXPECT_EQ(proxies(), "");
}

/// The link went with the jail, and its routes with it: what remains has no owner but us.
TEST_F(RoutedProvider, ProxiesOfALinkThatIsGoneAreTakenAway) {
    const auto before = bed_->host_network();
    const auto one = jail("a.test", "192.0.2.7");
    const auto record = join(one);
    ASSERT_EQ(test::run_command({"ip", "link", "del", record["link"].str()}).status, 0);
    EXPECT_THAT(bed_->host_network(), HasSubstr("192.0.2.7 dev up0"));
    network().leave(host_, one, record);
    EXPECT_EQ(bed_->host_network(), before);
}

/// As one of a ruleset that was saved and loaded again: it forwards a port of the host, though
/// nothing says so any more.
TEST_F(RoutedProvider, ATranslationFromBeforeGoesWithTheNextStart) {
    const auto before = bed_->host_network();
    auto one = jail("a.test", "192.0.2.7");
    const auto table = "table inet " + veth_of(one.name).host_name;
    const auto load = [&] {
        return test::run_command({"nft", "add " + table + "; add chain " + table.substr(6) +
                                             " arriving { type nat hook prerouting "
                                             "priority -100; }; add rule " +
                                             table.substr(6) +
                                             " arriving tcp dport 2222 dnat ip to "
                                             "192.0.2.7:22"});
    };
    ASSERT_EQ(load().status, 0) << load().all();
    auto record = join(one);
    EXPECT_THAT(bed_->host_network(), Not(HasSubstr(table)));
    network().leave(host_, one, record);
    ASSERT_EQ(load().status, 0);
    another_netns();
    one.settings.set("FORWARD", {"tcp:8080:80", {}, true});
    record = join(one);
    EXPECT_THAT(bed_->host_network(), AllOf(HasSubstr(table), HasSubstr("8080"), Not(HasSubstr("2222"))));
    network().leave(host_, one, record);
    EXPECT_EQ(bed_->host_network(), before);
}

TEST_F(RoutedProvider, RefusesPortsThatAreTaken) {
    auto one = jail("a.test", "192.0.2.7"), other = jail("b.test", "192.0.2.8");
    one.settings.set("FORWARD", {"tcp:8080:80 udp:53:53", {"a.conf", 1, 1}, true});
    other.settings.set("FORWARD", {"udp:53:5353", {"b.conf", 2, 1}, true});
    host_.fake_configuration.jails = {one, other};
    EXPECT_THAT(message_of([&] { check(one); }, Errc::exists),
                HasSubstr("port 53/udp of the host is that of jail b.test (FORWARD in b.conf:2)"));
    other.settings.set("FORWARD", one.settings["FORWARD"]);
    host_.fake_configuration.jails = {one, other};
    EXPECT_THAT(message_of([&] { check(one); }, Errc::exists),
                HasSubstr(
                    "FORWARD (a.conf:1) gives port 8080/tcp of the host to 2 jails, and it can lead to one only"));
    host_.fake_configuration.jails = {one};
    check(one);
    const UniqueFd listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in all{};
    all.sin_family = AF_INET;
    all.sin_port = htons(8080);
    ASSERT_EQ(::bind(listener.get(), reinterpret_cast<const sockaddr*>(&all), sizeof all), 0);
    ASSERT_EQ(::listen(listener.get(), 1), 0);
    EXPECT_THAT(message_of([&] { check(one); }, Errc::exists),
                HasSubstr("port 8080/tcp of the host is in use by a program of the host, on 192.0.2.1"));
    auto six = jail("c.test", "[2001:db8::7]");
    six.settings.set("FORWARD", {"tcp:8080:80", {"c.conf", 1, 1}, true});
    host_.fake_configuration.jails = {six};
    check(six);  // the program speaks IPv4
    const UniqueFd other_listener(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int on = 1;
    ::setsockopt(other_listener.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    sockaddr_in6 all6{};
    all6.sin6_family = AF_INET6;
    all6.sin6_port = htons(8080);
    ASSERT_EQ(::bind(other_listener.get(), reinterpret_cast<const sockaddr*>(&all6), sizeof all6), 0);
    ASSERT_EQ(::listen(other_listener.get(), 1), 0);
    EXPECT_THAT(message_of([&] { check(six); }, Errc::exists),
                HasSubstr("port 8080/tcp of the host is in use by a program of the host, on 2001:db8::1"));
}

TEST_F(RoutedProvider, NatAndForwardAreNoPartOfNoNetwork) {
    auto one = jail("a.test", "192.0.2.7");
    one.settings.set("NETWORK", {"none", {}, true});
    const auto none = make_no_network();
    (void)none->check(host_.fake_configuration, one);
    one.settings.set("FORWARD", {"tcp:8080:80", {"a.conf", 3, 1}, true});
    EXPECT_THAT(message_of([&] { (void)none->check(host_.fake_configuration, one); }, Errc::config),
                HasSubstr("FORWARD (a.conf:3) leads nowhere"));
    one.settings.set("FORWARD", {"", {}, true});
    one.settings.set("NAT", {"yes", {"a.conf", 4, 1}, true});
    EXPECT_THAT(message_of([&] { (void)none->check(host_.fake_configuration, one); }, Errc::config),
                HasSubstr("NAT (a.conf:4)"));
}

/// IF goes while a jail runs, by its name or for good: leaving takes down what is ours.
TEST_F(RoutedProvider, AnInterfaceThatIsGoneLeavesNothing) {
    const auto one = jail("a.test", "192.0.2.7");
    const auto record = join(one);
    const auto link = record["link"].str();
    ASSERT_EQ(test::run_command({"ip", "link", "del", "up0"}).status, 0);
    EXPECT_THAT(bed_->host_network(), HasSubstr(link));
    network().leave(host_, one, record);
    EXPECT_THAT(bed_->host_network(), Not(HasSubstr(link)));
    EXPECT_THAT(message_of([&] { check(one); }, Errc::not_found),
                HasSubstr("there is no network interface up0"));
}

TEST_F(RoutedProvider, TellsOfAnInterfaceThatIsDownAndPrintsNothing) {
    const auto one = jail("a.test", "192.0.2.7");
    EXPECT_EQ(check(one), std::vector<std::string>{});
    ASSERT_EQ(test::run_command({"ip", "link", "set", "up0", "down"}).status, 0);
    EXPECT_EQ(check(one), std::vector<std::string>{"interface up0 is down: only this host reaches a.test"});
    EXPECT_EQ(host_.fake_console.warnings, std::vector<std::string>{}) << "that is for who starts it";
}

TEST_F(RoutedProvider, NamesAFirewallThatDropsWhatIsForwarded) {
    const auto loaded = test::run_command({"nft",
                                           "add table inet guard; add chain inet guard passing { type filter hook "
                                           "forward priority 0; policy drop; }"});
    if (loaded.status != 0) GTEST_SKIP() << "this kernel has no nftables: " << loaded.err;
    const auto one = jail("a.test", "192.0.2.7");
    const auto record = join(one);
    ASSERT_EQ(host_.fake_console.warnings.size(), 1U);
    EXPECT_THAT(host_.fake_console.warnings[0], HasSubstr("chain passing of table inet guard"));
    network().leave(host_, one, record);
}

}  // namespace
}  // namespace jailctl::lifecycle

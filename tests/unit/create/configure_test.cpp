#include "configure.hpp"

#include <gtest/gtest.h>

#include "jailctl/sdk/error.hpp"

namespace jailctl::create {

namespace {

Jail jail_with(const std::string& name, const std::map<std::string, std::string>& settings) {
    Jail jail{JailName(name), {Address::parse("192.0.2.7"), Address::parse("[2001:db8::7]")}, "/jails/x", {}, {}};
    for (const auto& [variable, text] : settings) jail.settings.set(variable, {text, {}, true});
    return jail;
}

}  // namespace

TEST(RcConf, HoldsTheHostnameAndTheWords) {
    const Jail jail = jail_with("a.test", {{"RC_CONF", "sshd_enable=\"YES\" \\\n network_interfaces=\"\" x='a b'"}});
    EXPECT_EQ(rc_conf(jail), "hostname=\"a.test\"\nsshd_enable=\"YES\"\nnetwork_interfaces=\"\"\nx=\"a b\"\n");
}

TEST(RcConf, ValuesStayValuesForSh) {
    const Jail jail = jail_with("a.test", {{"RC_CONF", R"(x='$(reboot) `id` "q" \')"}});
    EXPECT_EQ(rc_conf(jail), "hostname=\"a.test\"\nx=\"\\$(reboot) \\`id\\` \\\"q\\\" \\\\\"\n");
}

TEST(RcConf, TheEntryNamesTheJail) {
    EXPECT_EQ(rc_conf(jail_with("a.test", {{"RC_CONF", "hostname=\"b\" y=\"1\""}})), "hostname=\"a.test\"\ny=\"1\"\n");
}

TEST(ResolvConf, NameserverGoesBeforeTheHosts) {
    const std::string host = "# by dhcp\nnameserver 192.0.2.53\nsearch test\n; x\noptions ndots:2\nnameservers x\n";
    EXPECT_EQ(resolv_conf(jail_with("a", {{"NAMESERVER", "192.0.2.1 2001:db8::1"}}), host),
              "nameserver 192.0.2.1\nnameserver 2001:db8::1\n");
    // resolv.conf(5) knows no brackets.
    EXPECT_EQ(resolv_conf(jail_with("a", {{"NAMESERVER", "[2001:db8::1]"}}), host), "nameserver 2001:db8::1\n");
    EXPECT_EQ(resolv_conf(jail_with("a", {}), host), "nameserver 192.0.2.53\nsearch test\noptions ndots:2\n");
    EXPECT_EQ(resolv_conf(jail_with("a", {}), ""), "");
}

TEST(ResolvConf, TellsServersThatAJailCannotReach) {
    EXPECT_TRUE(only_loopback_servers("nameserver 127.0.0.53\n"));
    EXPECT_TRUE(only_loopback_servers("search x\nnameserver ::1\nnameserver 127.0.0.1\n"));
    EXPECT_FALSE(only_loopback_servers("nameserver 127.0.0.53\nnameserver 192.0.2.1\n"));
    EXPECT_FALSE(only_loopback_servers("nameserver ::1\nnameserver fe80::1%eth0\n"));
    EXPECT_FALSE(only_loopback_servers(""));
}

TEST(Hosts, NamesEveryAddress) {
    EXPECT_EQ(hosts(jail_with("a.test", {})),
              "127.0.0.1\tlocalhost\n::1\tlocalhost\n192.0.2.7\ta.test a\n2001:db8::7\ta.test a\n");
    EXPECT_EQ(hosts(jail_with("single", {})),
              "127.0.0.1\tlocalhost\n::1\tlocalhost\n192.0.2.7\tsingle\n2001:db8::7\tsingle\n");
}

}  // namespace jailctl::create

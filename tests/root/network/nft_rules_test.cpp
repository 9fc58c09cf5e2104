/// What we tell the kernel by netlink, in the words nft(8) has for it.
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cerrno>
#include <thread>

#include "forward.hpp"
#include "guard.hpp"
#include "provider.hpp"
#include "rate.hpp"
#include "nft_query.hpp"
#include "nft_transaction.hpp"

namespace jailctl::lifecycle {
namespace {

using ::testing::HasSubstr;

void forbid_netfilter_sockets() {
    sock_filter program[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                             BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
                             BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[2])),
                             BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NETLINK_NETFILTER, 0, 1),
                             BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPROTONOSUPPORT),
                             BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    const sock_fprog filter{std::size(program), program};
    ASSERT_EQ(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ASSERT_EQ(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
}

class Rules : public Provider {
protected:
    void SetUp() override {
        Provider::SetUp();
        if (bed_) {
            ASSERT_EQ(test::run_command({"ip", "link", "add", link_, "type", "veth"}).status, 0);
        }
    }
    std::string listed(const std::string& family) {
        const auto text = test::run_command({"nft", "list", "table", family, link_}).out;
        std::string lines;  // without the words that name the link
        for (std::size_t at = 0; at < text.size();) {
            const auto end = text.find('\n', at);
            auto line = text.substr(at, end - at);
            line.erase(0, line.find_first_not_of('\t'));
            if (const auto name = line.find(link_); name != std::string::npos) line.replace(name, link_.size(), "LINK");
            if (!line.empty()) lines += line + "\n";
            at = end + 1;
        }
        return lines;
    }

    static bool find_host_end_by_name(const std::string& name) {
        Netlink netlink(NETLINK_ROUTE);
        return find_link(netlink, veth_of(JailName(name)).host_name).has_value();
    }

    const JailName name_{"a.test"};
    const std::string link_ = veth_of(name_).host_name;
    const MacAddress bytes_ = veth_of(name_).jail_mac;
    const std::string mac_ = mac_text({bytes_.begin(), bytes_.end()});
    const std::vector<Address> addresses_{Address::parse("192.0.2.7"), Address::parse("192.0.2.8/24"),
                                          Address::parse("[2001:db8::7]/64")};
};

TEST_F(Rules, GuardARoutedJail) {
    put_up_guard(name_, addresses_, GuardPlace::router);
    const auto expected =
        "table netdev LINK {\nchain from_jail {\ntype filter hook ingress device \"LINK\" priority -500; policy drop;\n"
        "ether saddr != " +
        mac_ +
        " drop\nether type 8021q drop\nether type 8021ad drop\n"
        "ip saddr 192.0.2.7 accept\narp saddr ether " +
        mac_ +
        " arp saddr ip 192.0.2.7 accept\n"
        "ip saddr 192.0.2.8 accept\narp saddr ether " +
        mac_ +
        " arp saddr ip 192.0.2.8 accept\n"
        "ip6 saddr 2001:db8::7 accept\n"
        "ip6 saddr fe80::/10 ip6 hoplimit 255 icmpv6 type nd-neighbor-solicit accept\n"
        "ip6 saddr fe80::/10 ip6 hoplimit 255 icmpv6 type nd-neighbor-advert accept\n}\n}\n";
    EXPECT_EQ(listed("netdev"), expected);
    ASSERT_EQ(test::run_command({"nft", "flush", "ruleset"}).status, 0);
    put_up_guard(name_, addresses_, GuardPlace::router);
    put_up_guard(name_, addresses_, GuardPlace::router);  // over the one that is there: anew, not twice
    EXPECT_EQ(listed("netdev"), expected);
}

/// A chain outlives its link, and anybody may make a table: what stands under the name lets nobody else's packets pass.
TEST_F(Rules, AreMadeAnewWhateverStandsUnderTheirName) {
    for (const std::string& other : {"table netdev " + link_ + " { flags dormant; }",
                                     "table netdev " + link_ + " { chain from_jail { ip saddr 10.0.0.1 accept; }; }",
                                     "table netdev " + link_ + " { chain from_jail { type filter hook ingress device " +
                                         link_ + " priority -500; policy accept; ip saddr 10.0.0.1 accept; }; }"}) {
        ASSERT_EQ(test::run_command({"nft", other}).status, 0) << other;
        put_up_guard(name_, addresses_, GuardPlace::router);
        const auto text = listed("netdev");
        EXPECT_THAT(text, HasSubstr("priority -500; policy drop;\nether saddr != ")) << other;
        EXPECT_THAT(text, ::testing::Not(HasSubstr("10.0.0.1"))) << other;
        EXPECT_THAT(text, ::testing::Not(HasSubstr("dormant"))) << other;
    }
}

TEST_F(Rules, GuardAJailOnABridge) {
    put_up_guard(name_, addresses_, GuardPlace::bridge);
    const auto text = listed("netdev");
    EXPECT_THAT(text, HasSubstr("udp sport 67 drop\nudp sport 547 drop\nip saddr 192.0.2.7 accept\n"));
    EXPECT_THAT(
        text,
        HasSubstr("ip6 saddr :: icmpv6 type nd-neighbor-solicit @th,64,128 0x20010db8000000000000000000000007 accept\n"
                  "ip6 saddr :: icmpv6 type mld2-listener-report accept\n"));
    EXPECT_THAT(text, HasSubstr("ip6 saddr 2001:db8::7 goto v6_of_jail\n}\n"));
    EXPECT_THAT(text, HasSubstr("chain v6_of_jail {\nicmpv6 type nd-router-advert drop\nicmpv6 type nd-redirect drop\n"
                                "icmpv6 type nd-neighbor-advert @th,64,128 0xfe80"));
    EXPECT_THAT(text, HasSubstr("icmpv6 type nd-neighbor-advert @th,64,128 0x20010db8000000000000000000000007 accept\n"
                                "icmpv6 type nd-neighbor-advert drop\naccept\n"));
    EXPECT_THAT(text, ::testing::Not(HasSubstr("fe80::/10")));
}

TEST_F(Rules, TranslateAddressesAndPorts) {
    Jail one = jail(name_.text(), "10.9.9.9");
    one.addresses = {Address::parse("10.9.9.9"), Address::parse("[2001:db8::7]/64")};
    one.settings.set("NAT", {"yes", {}, true});
    one.settings.set("FORWARD", {"tcp:8080:80 udp:53:5353", {}, true});
    Netlink netlink(NETLINK_ROUTE);
    const auto uplink = find_link(netlink, "up0");
    put_up_translation(host_, netlink, one, *uplink);
    const auto text = listed("inet");
    EXPECT_THAT(
        text,
        HasSubstr(
            "type nat hook postrouting priority srcnat; policy accept;\noifname \"up0\" ip saddr 10.9.9.9 masquerade\n"
            "oifname \"LINK\" ip saddr 10.9.9.9 masquerade\n"));
    EXPECT_THAT(text, HasSubstr("type nat hook prerouting priority dstnat; policy accept;\n"
                                "meta nfproto ipv4 fib daddr type local tcp dport 8080 dnat ip to 10.9.9.9:80\n"
                                "meta nfproto ipv6 fib daddr type local tcp dport 8080 dnat ip6 to [2001:db8::7]:80\n"
                                "meta nfproto ipv4 fib daddr type local udp dport 53 dnat ip to 10.9.9.9:5353\n"));
    EXPECT_THAT(text, HasSubstr("type nat hook output priority -100; policy accept;\n"
                                "ip daddr != 127.0.0.0/8 fib daddr type local tcp dport 8080 dnat ip to 10.9.9.9:80\n"
                                "ip6 daddr != ::1 fib daddr type local tcp dport 8080 dnat ip6 to [2001:db8::7]:80\n"));
}

TEST_F(Rules, LimitARateOnceAndNoLonger) {
    Netlink netlink(NETLINK_ROUTE);
    const int index = find_link(netlink, link_)->index;
    for (int i = 0; i < 2; ++i) limit_rates(netlink, name_, index, {0, 12500000});
    EXPECT_EQ(listed("netdev"), "table netdev LINK {\nchain from_jail_rate {\ntype filter hook ingress device \"LINK\" "
                                "priority -501; policy accept;\n"
                                "limit rate over 12500000 bytes/second burst 128 kbytes drop\n}\n}\n");
    limit_rates(netlink, name_, index, {0, 0});
    EXPECT_EQ(listed("netdev"), "table netdev LINK {\n}\n");
}

TEST_F(Rules, AreTakenDownWhoeverMadeThem) {
    take_down_rules(name_);  // what is gone is success
    put_up_guard(name_, addresses_, GuardPlace::bridge);
    take_down_rules(name_);
    EXPECT_EQ(test::run_command({"nft", "list", "ruleset"}).out, "");
}

/// Some of a batch is right: nothing of it is done, and the message says what the kernel said.
TEST_F(Rules, AreMadeTogetherOrNotAtAll) {
    NftTransaction transaction;
    transaction.add_table(NftFamily::netdev, link_);
    transaction.add_rule(link_, "no_such_chain", NftRule(NftFamily::netdev).drop());
    transaction.add_table(NftFamily::inet, link_);
    Netlink netfilter(NETLINK_NETFILTER);
    EXPECT_THAT(message_of([&] { transaction.commit(netfilter, "try it"); }, Errc::not_found),
                HasSubstr("cannot try it: No such file"));
    EXPECT_EQ(test::run_command({"nft", "list", "ruleset"}).out, "");
}

/// A kernel without netfilter has no socket of it (EPROTONOSUPPORT); one without nf_tables alone answers EOPNOTSUPP.
TEST_F(Rules, AreRefusedByAKernelThatHasNone) {
    std::thread([&] {  // a filter stays for the life of its thread
        forbid_netfilter_sockets();
        EXPECT_THAT(message_of([] { require_nftables(); }, Errc::unsupported),
                    HasSubstr("need nf_tables, which this host's kernel does not have"));
        EXPECT_THAT(message_of([&] { put_up_guard(name_, addresses_, GuardPlace::router); }, Errc::unsupported),
                    HasSubstr("netlink"));
        EXPECT_THAT(message_of([&] { check(jail("b.test", "192.0.2.9")); }, Errc::unsupported),
                    HasSubstr("need nf_tables"));
        EXPECT_THROW(join(jail("b.test", "192.0.2.9"), false), Error);
    }).join();
    EXPECT_FALSE(find_host_end_by_name("b.test"));
    EXPECT_EQ((NetlinkAnswer{EOPNOTSUPP, {}}.refusal("cannot").code()), Errc::unsupported);
    EXPECT_NO_THROW(require_nftables());
}

/// More than a socket takes at once by itself.
TEST_F(Rules, GuardJailsOfAThousandAddresses) {
    std::vector<Address> many;
    for (int i = 0; i < 1000; ++i)
        many.push_back(Address::parse("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250 + 1)));
    put_up_guard(name_, many, GuardPlace::router);
    EXPECT_THAT(listed("netdev"), HasSubstr("ip saddr 10.0.3.250 accept"));
}

}  // namespace
}  // namespace jailctl::lifecycle

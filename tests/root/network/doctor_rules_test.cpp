/// doctor with NETWORK=routed: rules, rates and proxy entries that a running jail lost.
#include "doctor_of_network.hpp"

namespace jailctl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(DoctorOfNetwork, AGuardThatWasFlushedIsPutBack) {
    start();
    const std::string guard = bed_->in_host({"nft", "list", "table", "netdev", link()}).out;
    ASSERT_THAT(guard, HasSubstr("192.0.2.7"));
    for (const std::string& how : {std::string("nft flush ruleset"), "nft flush table netdev " + link()}) {
        host(how);
        expect_fixed("guard-missing");
        EXPECT_EQ(bed_->in_host({"nft", "list", "table", "netdev", link()}).out, guard) << how;
    }
}

/// Or every run of doctor would cry.
TEST_F(DoctorOfNetwork, AGuardThatNobodyTouchedIsKnownAgain) {
    const std::string both = "www.test:192.0.2.7,[2001:db8::7]";
    bed_->make_bridge();
    before_ = bed_->host_network();
    for (const std::string& network : {std::string(settings), std::string(settings) + "NETWORK=bridge:br0\n"}) {
        site_->configure({both}, network);
        start();
        for (const auto& code : doctor().findings())
            EXPECT_EQ(code.find("guard"), std::string::npos) << code << network;
        ASSERT_EQ(jailctl({"stop", "www.test"}).status, 0);
    }
}

TEST_F(DoctorOfNetwork, AGuardThatWasAlteredIsToldAndPutBack) {
    site_->configure({"www.test:192.0.2.7,[2001:db8::7]"}, settings);
    start();
    ASSERT_THAT(doctor().findings(), IsEmpty());
    const std::string guard = bed_->in_host({"nft", "-a", "list", "table", "netdev", link()}).out;
    const auto at = guard.find("saddr 192.0.2.7 accept # handle ");
    ASSERT_NE(at, std::string::npos) << guard;
    const std::string number = guard.substr(at + 32, guard.find('\n', at) - at - 32),
                      rule = " rule netdev " + link() + " from_jail ";
    for (const std::string& how :
         {"insert" + rule + "accept", "add" + rule + "ip saddr 192.0.2.8 accept", "delete" + rule + "handle " + number,
          "replace" + rule + "handle " + number + " ip saddr 192.0.2.8 accept",
          "add chain netdev " + link() + " from_jail { policy accept; }"}) {
        // Each guard that is put back has handles of its own.
        const std::string now = bed_->in_host({"nft", "-a", "list", "table", "netdev", link()}).out;
        const auto found = now.find("saddr 192.0.2.7 accept # handle ") + 32;
        std::string words = how;
        if (const auto old = words.find("handle " + number); old != std::string::npos)
            words.replace(old + 7, number.size(), now.substr(found, now.find('\n', found) - found));
        host("nft '" + words + "'");
        expect_fixed("guard-altered");
    }
    EXPECT_THAT(bed_->in_host({"nft", "list", "table", "netdev", link()}).out, HasSubstr("policy drop"));
}

/// Rules that are those of jailctl, and hold nothing.
TEST_F(DoctorOfNetwork, AGuardThatSleepsOrLooksElsewhereIsToldAndPutBack) {
    start();
    const std::string table = "netdev " + link();
    host("nft 'add table " + table + " { flags dormant; }'");
    expect_fixed("guard-altered");
    EXPECT_THAT(bed_->in_host({"nft", "list", "table", "netdev", link()}).out, testing::Not(HasSubstr("dormant")));
    host("ip link add other0 type veth peer name other1");
    host("rules=$(nft list table " + table + " | sed 's/device \"[^\"]*\"/device \"other0\"/') && nft delete table " +
         table + " && echo \"$rules\" | nft -f -");
    expect_fixed("guard-altered");
    EXPECT_THAT(bed_->in_host({"nft", "list", "table", "netdev", link()}).out, HasSubstr("device \"" + link() + "\""));
    host("ip link del other0");
}

TEST_F(DoctorOfNetwork, ARateThatIsGoneBesideTheGuardIsSetAgain) {
    site_->configure({"www.test:192.0.2.7"}, std::string(settings) + "RATE=100mbit\n");
    start();
    ASSERT_THAT(doctor().findings(), IsEmpty());
    const auto limits = [&] {
        return bed_->in_host({"nft", "list", "table", "netdev", link()}).out +
               bed_->in_host({"tc", "qdisc", "show", "dev", link()}).out;
    };
    ASSERT_THAT(limits(), testing::AllOf(HasSubstr("limit rate over"), HasSubstr("tbf")));
    for (const std::string& how :
         {"nft delete chain netdev " + link() + " from_jail_rate",
          "nft flush chain netdev " + link() + " from_jail_rate", "tc qdisc del dev " + link() + " root",
          "tc qdisc replace dev " + link() + " root tbf rate 5mbit burst 32k limit 64k",
          "nft flush chain netdev " + link() + " from_jail_rate && nft add rule netdev " + link() +
              " from_jail_rate limit rate over 1 mbytes/second drop"}) {
        host(how);
        expect_fixed("rate-missing");
        EXPECT_THAT(limits(), testing::AllOf(HasSubstr("limit rate over"), HasSubstr("tbf"))) << how;
    }
}

TEST_F(DoctorOfNetwork, RulesOfForwardThatWereFlushedAreMadeAgain) {
    site_->configure({"www.test:192.0.2.7"}, std::string(settings) + "FORWARD=tcp:8080:80\n");
    start();
    const std::string rules = bed_->in_host({"nft", "list", "table", "inet", link()}).out;
    ASSERT_THAT(rules, HasSubstr("8080"));
    host("nft flush ruleset");
    EXPECT_THAT(doctor().findings(), ElementsAre("guard-missing www.test", "translation-missing www.test"));
    EXPECT_TRUE(doctor({"--fix"}).healthy());
    EXPECT_EQ(bed_->in_host({"nft", "list", "table", "inet", link()}).out, rules);
}

/// Another address of JAILS is for the next start: no jail has it yet, and another machine may.
TEST_F(DoctorOfNetwork, RulesOfForwardAreMadeAgainForTheAddressTheJailRunsWith) {
    site_->configure({"www.test:192.0.2.7"}, std::string(settings) + "FORWARD=tcp:8080:80\n");
    start();
    const std::string rules = bed_->in_host({"nft", "list", "table", "inet", link()}).out;
    ASSERT_THAT(rules, HasSubstr("192.0.2.7"));
    site_->configure({"www.test:192.0.2.99"}, std::string(settings) + "FORWARD=tcp:8080:80\n");
    host("nft delete table inet " + link());
    EXPECT_THAT(doctor().findings(), testing::Contains("translation-missing www.test"));
    EXPECT_THAT(doctor({"--fix"}).findings(), testing::Contains("translation-missing www.test fixed"));
    EXPECT_EQ(bed_->in_host({"nft", "list", "table", "inet", link()}).out, rules);
}

TEST_F(DoctorOfNetwork, AProxyThatWentWithItsInterfaceIsMadeAgain) {
    start();
    const std::string with = bed_->host_network();
    host("ip neigh del proxy 192.0.2.7 dev up0");
    expect_fixed("route-missing");
    host("ip route del 192.0.2.7");
    expect_fixed("route-missing");
    EXPECT_EQ(bed_->host_network(), with);
}

}  // namespace
}  // namespace jailctl::test

/// doctor with NETWORK=routed: what was left of a jail, and who else has its address.
#include "doctor_of_network.hpp"

namespace jailctl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(DoctorOfNetwork, AHostWhoseJailRunsIsHealthy) {
    EXPECT_THAT(doctor().findings(), IsEmpty());
    start();
    EXPECT_THAT(doctor().findings(), IsEmpty());
    EXPECT_THAT(doctor({"--fix"}).findings(), IsEmpty());
}

TEST_F(DoctorOfNetwork, AnInitThatWasKilledLeavesNothingAfterFix) {
    start();
    ::kill(static_cast<pid_t>(record()["pid"].num()), SIGKILL);
    for (int attempt = 0; attempt < 100 && jailctl({"status"}).out.find("*www") != std::string::npos; ++attempt)
        ::usleep(20000);
    expect_fixed("leftover-run");
    EXPECT_EQ(bed_->host_network(), before_);
}

TEST_F(DoctorOfNetwork, LinkRulesAndProxyOfNoJailAreTakenDown) {
    const std::string name = link_of_a_stopped_jail();
    host("ip link add " + name + " type veth peer name stray0 && ip link set " + name + " alias www.test");
    expect_fixed("leftover-link");
    host("ip neigh add proxy 192.0.2.7 dev up0");
    expect_fixed("leftover-proxy");
    host("nft add table inet " + name + " && nft add table netdev " + name);
    expect_fixed("leftover-rules");
    EXPECT_EQ(bed_->host_network(), before_);
}

TEST_F(DoctorOfNetwork, ALinkThatMayBeOfAJailOfAnotherConfigurationStays) {
    const std::string name = link_of_a_stopped_jail();
    host("ip link add " + name + " type veth peer name eth0 netns " + bed_->lan_path() + " && ip link set " + name +
         " alias www.test");
    EXPECT_THAT(doctor({"--fix"}).findings(), ElementsAre("leftover-link www.test"));
    site_->configure({"db.test:192.0.2.8"}, settings);
    EXPECT_THAT(doctor().findings(), ElementsAre("unlisted-jail www.test")) << "the link is no matter of ours";
    site_->configure({"www.test:192.0.2.7"}, settings);
    host("ip link del " + name);
}

TEST_F(DoctorOfNetwork, AnAddressThatSomebodyElseHasIsNamed) {
    host("ip addr add 192.0.2.7/32 dev lo");
    EXPECT_THAT(doctor({"--fix"}).findings(), ElementsAre("address-clash www.test"));
    host("ip addr del 192.0.2.7/32 dev lo");
    EXPECT_THAT(doctor().findings(), IsEmpty());
    start();
    ASSERT_EQ(bed_->in_lan({"ip", "addr", "add", "192.0.2.7/24", "dev", "lan0"}).status, 0);
    const auto found = doctor();
    EXPECT_THAT(found.findings(), ElementsAre("address-clash www.test"));
    EXPECT_THAT(found.document["findings"].items().at(0)["message"].str(), HasSubstr("is in use by "));
    ASSERT_EQ(bed_->in_lan({"ip", "addr", "del", "192.0.2.7/24", "dev", "lan0"}).status, 0);
    EXPECT_THAT(doctor().findings(), IsEmpty());
}

/// A jail on a bridge answers for its addresses itself, so it is the other answer that counts; of both families.
TEST_F(DoctorOfNetwork, AnAddressOfARunningBridgedJailThatAMachineTakesIsNamed) {
    const std::string bridged = std::string(settings) + "NETWORK=bridge:br0\n";
    bed_->make_bridge();
    before_ = bed_->host_network();
    site_->configure({"www.test:192.0.2.7,[2001:db8::7]"}, bridged);
    start();
    EXPECT_THAT(doctor().findings(), IsEmpty());
    for (const char* address : {"192.0.2.7/24", "2001:db8::7/64"}) {
        ASSERT_EQ(bed_->in_lan({"ip", "addr", "add", address, "dev", "lan0", "nodad"}).status, 0) << address;
        EXPECT_THAT(doctor().findings(), ElementsAre("address-clash www.test")) << address;
        ASSERT_EQ(bed_->in_lan({"ip", "addr", "del", address, "dev", "lan0"}).status, 0) << address;
        EXPECT_THAT(doctor().findings(), IsEmpty()) << address;
    }
    site_->configure({"www.test:192.0.2.7"}, bridged);
}

TEST_F(DoctorOfNetwork, AnInterfaceThatIsNotThereOrDownIsNamed) {
    host("ip link set up0 down");
    EXPECT_THAT(doctor().findings(), ElementsAre("interface-down -"));
    host("ip link set up0 up");
    for (int attempt = 0; attempt < 200 && bed_->host_network().find("NO-CARRIER") != std::string::npos; ++attempt)
        ::usleep(20000);
    before_ = bed_->host_network();  // without the addresses of IPv6, which went with the interface
    site_->configure({"www.test:192.0.2.7"}, std::string(settings) + "IF=em0\n");
    const auto found = doctor();
    EXPECT_THAT(found.findings(), ElementsAre("interface-missing -"));
    EXPECT_THAT(found.document["findings"].items().at(0)["hint"].str(), HasSubstr("up0"));
}

TEST_F(DoctorOfNetwork, AJailWhoseLinkIsGoneIsNamed) {
    start();
    host("ip link del " + link());
    const auto found = doctor({"--fix"});
    EXPECT_THAT(found.findings(), ElementsAre("interface-missing www.test"));
    EXPECT_THAT(found.document["findings"].items().at(0)["hint"].str(), HasSubstr("'jailctl restart www.test'"));
}

TEST_F(DoctorOfNetwork, AJailOnABridgeGetsItsGuardAndItsPortBack) {
    const std::string bridged = std::string(settings) + "NETWORK=bridge:br0\n";
    bed_->make_bridge();
    before_ = bed_->host_network();
    site_->configure({"www.test:192.0.2.7"}, bridged);
    EXPECT_THAT(doctor().findings(), IsEmpty());
    start();
    EXPECT_THAT(doctor().findings(), IsEmpty()) << "what the jail answers is no clash";
    const std::string guard = bed_->in_host({"nft", "list", "table", "netdev", link()}).out;
    host("nft flush ruleset");
    expect_fixed("guard-missing");
    EXPECT_EQ(bed_->in_host({"nft", "list", "table", "netdev", link()}).out, guard);
    host("ip link set " + link() + " nomaster");
    expect_fixed("route-missing");
    EXPECT_EQ(bed_->in_lan({"busybox", "ping", "-c1", "-W5", "192.0.2.7"}).status, 0);
    ASSERT_EQ(jailctl({"stop", "www.test"}).status, 0);
    ASSERT_EQ(bed_->in_lan({"ip", "addr", "add", "192.0.2.7/24", "dev", "lan0"}).status, 0);
    EXPECT_THAT(doctor().findings(), ElementsAre("address-clash www.test"));
    site_->configure({"www.test:192.0.2.7"}, std::string(settings) + "NETWORK=bridge:br1\n");
    EXPECT_THAT(doctor().findings(), ElementsAre("interface-missing -"));
}

TEST_F(DoctorOfNetwork, NameServersThatJailsDoNotReachAreNamed) {
    site_->configure({"www.test:192.0.2.7"}, std::string(settings) + "NAMESERVER=\"192.0.2.1 192.0.2.100\"\n");
    auto found = doctor();
    EXPECT_THAT(found.findings(), ElementsAre("name-server-silent -"));
    EXPECT_THAT(found.document["findings"].items().at(0)["message"].str(),
                HasSubstr("name server 192.0.2.100 of jail www.test (NAMESERVER, "));
    site_->configure({"www.test:192.0.2.7"}, std::string(settings) + "NAMESERVER=127.0.0.1\n");
    EXPECT_THAT(doctor().findings(), ElementsAre("name-server-loopback -"));
    site_->configure({"www.test:192.0.2.7"}, std::string(settings) + "NAMESERVER=127.0.0.1\nNETWORK=none\n");
    EXPECT_THAT(doctor().findings(), IsEmpty()) << "a jail without a network asks nobody";
}

}  // namespace
}  // namespace jailctl::test

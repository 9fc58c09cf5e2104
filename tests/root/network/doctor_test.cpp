/// doctor with NETWORK=routed: what a jail lost, what was left of one, and who else has its address.
#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "bed.hpp"
#include "diagnosed.hpp"
#include "roots.hpp"

namespace jailctl::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A name server that answers whatever it is asked, on 192.0.2.1 of the bed's host. Ends with us.
class NameServer {
public:
    explicit NameServer(const std::string& network_namespace) : pid_(::fork()) {
        if (pid_ != 0) return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const int space = ::open(network_namespace.c_str(), O_RDONLY | O_CLOEXEC);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(53);
        at.sin_addr.s_addr = ::inet_addr("192.0.2.1");
        if (::setns(space, CLONE_NEWNET) != 0) ::_exit(1);
        const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (::bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0) ::_exit(1);
        char packet[512];
        for (socklen_t size = sizeof at;; size = sizeof at) {
            const ssize_t got = ::recvfrom(fd, packet, sizeof packet, 0, reinterpret_cast<sockaddr*>(&at), &size);
            if (got < 3) ::_exit(1);
            packet[2] = static_cast<char>(packet[2] | 0x80);
            (void)::sendto(fd, packet, static_cast<std::size_t>(got), 0, reinterpret_cast<sockaddr*>(&at), size);
        }
    }
    NameServer(const NameServer&) = delete;
    NameServer& operator=(const NameServer&) = delete;
    ~NameServer() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

private:
    pid_t pid_;
};

constexpr const char* settings = "NETWORK=routed\nIF=up0\nSTOP_TIMEOUT=0\nBACKUP_MAX_AGE=none\nNAMESERVER=192.0.2.1\n";

class DoctorOfNetwork : public ::testing::Test {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        bed_ = std::make_unique<NetworkBed>();
        server_ = std::make_unique<NameServer>(bed_->host_path());
        site_ = std::make_unique<Site>(std::vector<std::string>{"www.test:192.0.2.7"}, settings);
        make_busybox_root(site_->root("www.test"));
        before_ = bed_->host_network();
    }
    void TearDown() override {
        if (!site_) return;
        site_->configure({"www.test:192.0.2.7"}, settings);
        jailctl({"stop", "all"});
        EXPECT_EQ(bed_->host_network(), before_);
        EXPECT_FALSE(std::filesystem::exists(site_->run_dir() / "network.json"));
    }
    RunOptions there() const {
        RunOptions options;
        options.network_namespace = bed_->host_path();
        return options;
    }
    Result jailctl(const std::vector<std::string>& words) const { return site_->jailctl(words, there()); }
    Diagnosed doctor(const std::vector<std::string>& more = {}) const { return diagnose(*site_, more, there()); }
    void expect_fixed(const std::string& code) const {
        EXPECT_THAT(doctor().findings(), ElementsAre(code + " www.test"));
        EXPECT_THAT(doctor({"--fix"}).findings(), ElementsAre(code + " www.test fixed"));
        EXPECT_THAT(doctor().findings(), IsEmpty());
    }
    void start() const {
        const Result started = jailctl({"start", "www.test"});
        ASSERT_EQ(started.status, 0) << started.all();
    }
    Value record() const { return parse_json(slurp(site_->run_dir() / "jails/www.test.json")); }
    std::string link() const { return record()["network"]["record"]["link"].str(); }
    /// The name of the jail's link, which stays the same.
    std::string link_of_a_stopped_jail() {
        start();
        std::string name = link();
        EXPECT_EQ(jailctl({"stop", "www.test"}).status, 0);
        return name;
    }
    void host(const std::string& line) const {
        const Result done = bed_->in_host({"sh", "-c", line});
        ASSERT_EQ(done.status, 0) << line << ": " << done.all();
    }

    std::unique_ptr<NetworkBed> bed_;
    std::unique_ptr<NameServer> server_;
    std::unique_ptr<Site> site_;
    std::string before_;
};

TEST_F(DoctorOfNetwork, AHostWhoseJailRunsIsHealthy) {
    EXPECT_THAT(doctor().findings(), IsEmpty());
    start();
    EXPECT_THAT(doctor().findings(), IsEmpty());
    EXPECT_THAT(doctor({"--fix"}).findings(), IsEmpty());
}

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

TEST_F(DoctorOfNetwork, AProxyThatWentWithItsInterfaceIsMadeAgain) {
    start();
    const std::string with = bed_->host_network();
    host("ip neigh del proxy 192.0.2.7 dev up0");
    expect_fixed("route-missing");
    host("ip route del 192.0.2.7");
    expect_fixed("route-missing");
    EXPECT_EQ(bed_->host_network(), with);
}

TEST_F(DoctorOfNetwork, ASettingOfTheInterfaceThatSomebodyChangedIsSetAgain) {
    start();
    host("echo 0 > /proc/sys/net/ipv4/conf/up0/forwarding");
    const auto found = doctor();
    ASSERT_EQ(found.findings().size(), 1U);
    EXPECT_THAT(found.document["findings"].items().at(0)["message"].str(), HasSubstr("net/ipv4/conf/up0/forwarding"));
    expect_fixed("uplink-settings");
    EXPECT_EQ(bed_->in_host({"cat", "/proc/sys/net/ipv4/conf/up0/forwarding"}).out, "1\n");
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
    EXPECT_THAT(doctor().findings(), IsEmpty()) << "it is no matter of ours";
    site_->configure({"www.test:192.0.2.7"}, settings);
    host("ip link del " + name);
}

TEST_F(DoctorOfNetwork, NotesOfAnInterfaceThatNoJailUsesAreDropped) {
    start();
    const std::string notes = slurp(site_->run_dir() / "network.json");
    ASSERT_EQ(jailctl({"stop", "www.test"}).status, 0);
    spit(site_->run_dir() / "network.json", notes, 0600);
    expect_fixed("leftover-uplink");
    EXPECT_FALSE(std::filesystem::exists(site_->run_dir() / "network.json"));
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

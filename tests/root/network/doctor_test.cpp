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
#include "jailctl/sdk/lock.hpp"
#include "jailctl/sdk/state.hpp"
#include "roots.hpp"

namespace jailctl::test {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

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

/// Notes the users of that RUN_DIR again, as `before` has them; others use the document, too.
void note_again(const StateDirectory& state, const Value& before, const std::string& run_dir) {
    const Lock lock = Lock::for_allotment(state.open("").get());
    Value now = state.read("", "network").value_or(Value::object().set("format", 2).set("boot_id", boot_id()));
    const auto same = [](const Value& a, const Value& b) {
        return a["stack"].num() == b["stack"].num() && a["index"].num() == b["index"].num();
    };
    const auto with_users = [&](Value uplink, const Value& from) {
        Value users = uplink["users"].is_array() ? uplink["users"] : Value::array();
        for (const auto& user : from["users"].items())
            if (user["run_dir"].str() == run_dir) users.push(user);
        return uplink.set("users", std::move(users));
    };
    for (const auto& one : before["uplinks"].items()) {
        if (to_json(one).find('"' + run_dir + '"') == std::string::npos) continue;
        bool there = false;
        Value all = Value::array();
        for (const auto& other : now["uplinks"].items()) {
            there = there || same(one, other);
            all.push(same(one, other) ? with_users(other, one) : other);
        }
        if (!there) all.push(with_users(Value(one).set("users", Value::array()), one));
        now.set("uplinks", std::move(all));
    }
    state.write("", "network", now);
}

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
        EXPECT_FALSE(is_noted(site_->run_dir()));
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
    /// Another interface of the host, with a network of its own.
    void add_uplink(const std::string& name) const {
        host("ip link add " + name + " type veth peer name far0 && ip link set far0 up && ip link set " + name +
             " up && ip addr add 198.51.100.1/24 dev " + name);
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

/// Or every run of doctor would cry.
TEST_F(DoctorOfNetwork, AGuardThatNobodyTouchedIsKnownAgain) {
    const std::string both = "www.test:192.0.2.7,[2001:db8::7]";
    bed_->make_bridge();
    before_ = bed_->host_network();
    for (const std::string& network : {std::string(settings), std::string(settings) + "NETWORK=bridge:br0\n"}) {
        site_->configure({both}, network);
        start();
        for (const auto& code : doctor().findings()) EXPECT_EQ(code.find("guard"), std::string::npos) << code << network;
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
    const std::string number = guard.substr(at + 32, guard.find('\n', at) - at - 32), rule = " rule netdev " + link() + " from_jail ";
    for (const std::string& how : {"insert" + rule + "accept", "add" + rule + "ip saddr 192.0.2.8 accept", "delete" + rule + "handle " + number,
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
    host("rules=$(nft list table " + table + " | sed 's/device \"[^\"]*\"/device \"other0\"/') && nft delete table " + table +
         " && echo \"$rules\" | nft -f -");
    expect_fixed("guard-altered");
    EXPECT_THAT(bed_->in_host({"nft", "list", "table", "netdev", link()}).out, HasSubstr("device \"" + link() + "\""));
    host("ip link del other0");
}

TEST_F(DoctorOfNetwork, ARateThatIsGoneBesideTheGuardIsSetAgain) {
    site_->configure({"www.test:192.0.2.7"}, std::string(settings) + "RATE=100mbit\n");
    start();
    ASSERT_THAT(doctor().findings(), IsEmpty());
    const auto limits = [&] { return bed_->in_host({"nft", "list", "table", "netdev", link()}).out + bed_->in_host({"tc", "qdisc", "show", "dev", link()}).out; };
    ASSERT_THAT(limits(), testing::AllOf(HasSubstr("limit rate over"), HasSubstr("tbf")));
    for (const std::string& how : {"nft delete chain netdev " + link() + " from_jail_rate", "nft flush chain netdev " + link() + " from_jail_rate",
                                   "tc qdisc del dev " + link() + " root", "tc qdisc replace dev " + link() + " root tbf rate 5mbit burst 32k limit 64k",
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

TEST_F(DoctorOfNetwork, StatusSaysThatAnInterfaceDoesNotForwardAnyMore) {
    start();
    EXPECT_EQ(jailctl({"status", "--wide"}).out.find("nobody beyond"), std::string::npos);
    host("echo 0 > /proc/sys/net/ipv4/conf/up0/forwarding");
    EXPECT_THAT(jailctl({"status", "--wide"}).out,
                HasSubstr("www.test: nobody beyond this host reaches it: net/ipv4/conf/up0/forwarding is 0"));
}

TEST_F(DoctorOfNetwork, AnInterfaceThatTookTheNameOfTheOneThatWasUsedIsLeftAlone) {
    add_uplink("gone0");
    site_->configure({"www.test:198.51.100.7"}, std::string(settings) + "IF=gone0\n");
    start();
    const std::string forwarding = "/proc/sys/net/ipv4/conf/gone0/forwarding";
    ASSERT_EQ(bed_->in_host({"cat", forwarding}).out, "1\n");
    host("ip link del gone0 && ip link add gone0 type veth peer name far0 && echo 1 > " + forwarding +
         " && echo 100 > /proc/sys/net/ipv4/neigh/gone0/proxy_delay");
    EXPECT_THAT(doctor({"--fix"}).findings(), Not(Contains(HasSubstr("uplink-settings"))));
    EXPECT_EQ(jailctl({"stop", "www.test"}).status, 0);
    EXPECT_EQ(bed_->in_host({"cat", forwarding}).out, "1\n");
    EXPECT_EQ(bed_->in_host({"cat", "/proc/sys/net/ipv4/neigh/gone0/proxy_delay"}).out, "100\n");
    host("ip link del gone0");
}

TEST_F(DoctorOfNetwork, AnInterfaceThatWasRenamedIsPutBack) {
    add_uplink("old0");
    site_->configure({"www.test:198.51.100.7"}, std::string(settings) + "IF=old0\n");
    start();
    host("ip link set old0 down && ip link set old0 name new0");
    const std::string forwarding = "/proc/sys/net/ipv4/conf/new0/forwarding";
    ASSERT_EQ(bed_->in_host({"cat", forwarding}).out, "1\n");
    EXPECT_EQ(jailctl({"stop", "www.test"}).status, 0);
    EXPECT_EQ(bed_->in_host({"cat", forwarding}).out, "0\n");
    host("ip link del new0");
}

/// The settings of an interface are the host's: whichever of two configurations stops last puts them back, as they were
/// before the first of both.
TEST_F(DoctorOfNetwork, OfTwoSitesTheLastStopPutsTheInterfaceBack) {
    const Site other({"db.test:192.0.2.8"}, settings);
    make_busybox_root(other.root("db.test"));
    const auto in_other = [&](const std::vector<std::string>& words) { return other.jailctl(words, there()).status; };
    for (const bool first_stops_first : {true, false}) {
        start();
        ASSERT_EQ(in_other({"start", "db.test"}), 0);
        ASSERT_EQ(first_stops_first ? jailctl({"stop", "www.test"}).status : in_other({"stop", "db.test"}), 0);
        EXPECT_EQ(bed_->in_host({"cat", "/proc/sys/net/ipv4/conf/up0/forwarding"}).out, "1\n");
        const char* left = first_stops_first ? "192.0.2.8" : "192.0.2.7";
        EXPECT_EQ(bed_->in_lan({"busybox", "ping", "-c1", "-W5", left}).status, 0) << left;
        ASSERT_EQ(first_stops_first ? in_other({"stop", "db.test"}) : jailctl({"stop", "www.test"}).status, 0);
        EXPECT_EQ(bed_->host_network(), before_);
    }
    EXPECT_FALSE(is_noted(other.run_dir()));
}

/// Its link, which would tell that it is there, cannot be seen from another network namespace.
TEST_F(DoctorOfNetwork, AJailOfAnotherNamespaceIsNotForgottenWithItsRecord) {
    start();
    const auto record = site_->run_dir() / "jails/www.test.json", away = site_->path() / "away";
    std::filesystem::rename(record, away);
    {
        const Site other({"db.test:192.0.2.8"}, std::string(settings) + "IF=lan0\n");
        make_busybox_root(other.root("db.test"));
        RunOptions in_lan;
        in_lan.network_namespace = bed_->lan_path();
        for (const char* command : {"start", "stop"}) {
            const Result done = other.jailctl({command, "db.test"}, in_lan);
            EXPECT_EQ(done.status, 0) << done.all();
        }
    }
    EXPECT_TRUE(is_noted(site_->run_dir()));
    std::filesystem::rename(away, record);
}

/// A configuration whose RUN_DIR is gone with all that ran does not keep the settings for ever.
TEST_F(DoctorOfNetwork, ASiteThatIsGoneCountsNoMore) {
    start();
    {
        const Site gone({"db.test:192.0.2.8"}, settings);
        make_busybox_root(gone.root("db.test"));
        ASSERT_EQ(gone.jailctl({"start", "db.test"}, there()).status, 0);
        const Value noted = StateDirectory::of_host().read("", "network").value_or(Value::object());
        ASSERT_EQ(gone.jailctl({"stop", "db.test"}, there()).status, 0);
        note_again(StateDirectory::of_host(), noted, gone.run_dir().string());
        ASSERT_TRUE(is_noted(gone.run_dir()));
    }
    ASSERT_EQ(jailctl({"stop", "www.test"}).status, 0);
    EXPECT_EQ(bed_->host_network(), before_);
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
    const auto state = StateDirectory::of_host();
    const Value noted = state.read("", "network").value_or(Value::object());
    ASSERT_EQ(jailctl({"stop", "www.test"}).status, 0);
    note_again(state, noted, site_->run_dir().string());
    expect_fixed("leftover-uplink");
    EXPECT_FALSE(is_noted(site_->run_dir()));
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

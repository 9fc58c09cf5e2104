/// The installed program with NETWORK=routed in a namespace that plays the host, seen from one that plays the LAN.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <thread>

#include "network_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Asks a web server for its page. No wget: that of a static busybox would look for name services.
std::vector<std::string> request(const std::string& address, const std::string& port = "80") {
    return {"busybox", "sh", "-c", "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 3 " + address + " " + port};
}

class Routed : public NetworkSite {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        set_up({"www.test:192.0.2.7", "db.test:192.0.2.8,192.0.2.9"}, "NETWORK=routed\nIF=up0\n");
    }
    /// A web server in the jail: busybox httpd, whose page holds the jail's name.
    void serve(const std::string& jail) {
        const auto result = jailctl({"exec", jail, "--", "sh", "-c",
                                     "mkdir -p /tmp/www && hostname >/tmp/www/index.html && httpd -p 80 -h /tmp/www"});
        EXPECT_EQ(result.status, 0) << result.all();
    }
};

TEST_F(Routed, AJailServesTheLanAndReachesIt) {
    ASSERT_EQ(jailctl({"start", "www.test"}).status, 0);
    serve("www.test");
    for (const auto& page : {bed_->in_lan(request("192.0.2.7")), bed_->in_host(request("192.0.2.7"))}) {
        EXPECT_THAT(page.out, HasSubstr("200 OK"));
        EXPECT_THAT(page.out, EndsWith("www.test\n")) << page.err;
    }
    // No NET_RAW in there: ping sockets are open to every group of the jail instead.
    const auto groups = jailctl({"exec", "www.test", "--", "cat", "/proc/sys/net/ipv4/ping_group_range"});
    EXPECT_EQ(groups.out, "0\t65535\n") << groups.err;
    const auto stopped = jailctl({"stop", "www.test"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_EQ(bed_->host_network(), before_);
    EXPECT_EQ(bed_->in_lan(request("192.0.2.7")).out, "");
}

TEST_F(Routed, JailsReachEachOtherByAllTheirAddresses) {
    const auto started = jailctl({"start", "all"});
    ASSERT_EQ(started.status, 0) << started.all();
    serve("db.test");
    for (const std::string address : {"192.0.2.8", "192.0.2.9"}) {
        const auto page = jailctl({"exec", "www.test", "--", "sh", "-c", request(address).back()});
        EXPECT_THAT(page.out, EndsWith("db.test\n")) << address << page.err;
    }
    const auto stopped = jailctl({"stop", "all"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_EQ(bed_->host_network(), before_);
}

TEST_F(Routed, JailsKnowEachOthersNames) {
    const auto own = [&](const char* jail) { return slurp(site_->root(jail) / "etc/hosts"); };
    const auto first = own("www.test");
    const auto started = jailctl({"start", "www.test"});
    ASSERT_EQ(started.status, 0) << started.all();
    const auto seen = jailctl({"exec", "www.test", "--", "cat", "/etc/hosts"}).out;
    EXPECT_TRUE(seen.starts_with(first)) << seen;
    EXPECT_THAT(seen, HasSubstr("192.0.2.8\tdb.test\n192.0.2.9\tdb.test\n# jailctl: end\n"));
    ASSERT_EQ(jailctl({"stop", "www.test"}).status, 0);
    site_->configure({"www.test:192.0.2.7", "db.test:192.0.2.18"}, "NETWORK=routed\nIF=up0\nSTOP_TIMEOUT=5\n");
    ASSERT_EQ(jailctl({"start", "www.test"}).status, 0);
    EXPECT_THAT(own("www.test"), HasSubstr("192.0.2.18\tdb.test\n"));
    EXPECT_EQ(own("www.test").find("192.0.2.8"), std::string::npos);
    site_->configure({"www.test:192.0.2.17", "db.test:192.0.2.18"}, "NETWORK=routed\nIF=up0\nSTOP_TIMEOUT=5\n");
    const auto moved = jailctl({"restart", "www.test"});
    EXPECT_EQ(moved.status, 0) << moved.all();
    EXPECT_THAT(moved.err, HasSubstr("/etc/hosts of www.test gives it the address 192.0.2.7, which JAILS does not"));
    ASSERT_EQ(jailctl({"stop", "www.test"}).status, 0);
    site_->configure({"www.test:192.0.2.7", "db.test:192.0.2.18"},
                     "NETWORK=routed\nIF=up0\nSTOP_TIMEOUT=5\nHOSTS=no\n");
    ASSERT_EQ(jailctl({"start", "www.test"}).status, 0);
    EXPECT_EQ(own("www.test"), first);
}

/// Whatever a jail has in the place of its hosts file: it starts, the host's files stay, and nobody waits.
TEST_F(Routed, AHostileHostsFileIsLeftAlone) {
    const auto file = site_->root("www.test") / "etc/hosts";
    const auto bait = site_->path() / "bait";
    spit(bait, "the host's\n", 0644);
    const std::vector<std::pair<const char*, std::function<void()>>> baits{
        {"fifo", [&] { ASSERT_EQ(::mkfifo(file.c_str(), 0666), 0); }},
        {"directory", [&] { std::filesystem::create_directory(file); }},
        {"huge", [&] { spit(file, std::string(2 << 20, '#'), 0644); }},
        {"link out", [&] { std::filesystem::create_symlink("../../../../.." + bait.string(), file); }},
        {"link to itself", [&] { std::filesystem::create_symlink("hosts", file); }}};
    for (const auto& [what, put] : baits) {
        std::filesystem::remove_all(file);
        put();
        const auto started = jailctl({"start", "www.test"});
        EXPECT_EQ(started.status, 0) << what << started.all();
        EXPECT_THAT(started.err, HasSubstr("/etc/hosts of www.test is left without the names of the other jails"))
            << what;
        EXPECT_EQ(jailctl({"stop", "www.test"}).status, 0) << what;
        EXPECT_EQ(slurp(bait), "the host's\n") << what;
    }
    std::filesystem::remove_all(file);
    EXPECT_EQ(jailctl({"start", "www.test"}).status, 0);
    EXPECT_THAT(slurp(file), HasSubstr("localhost\n# jailctl: the jails of this host"));
}

TEST_F(Routed, AnAddressInUseOnTheLanIsRefusedAndNothingChanges) {
    bed_->in_lan({"ip", "addr", "add", "192.0.2.7/24", "dev", "lan0"});
    const auto result = jailctl({"start", "www.test"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("address 192.0.2.7 is in use by "));
    EXPECT_EQ(bed_->host_network(), before_);
}

TEST_F(Routed, AnAddressOfTheHostIsRefused) {
    bed_->in_host({"ip", "addr", "add", "192.0.2.7/32", "dev", "lo"});
    const auto result = jailctl({"start", "www.test"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("address 192.0.2.7 belongs to the host: it is on lo"));
    const auto checked = jailctl({"config", "check"});
    EXPECT_EQ(checked.status, 2);
    EXPECT_THAT(checked.all(), HasSubstr("error: IF: address 192.0.2.7 belongs to the host"));
    bed_->in_host({"ip", "addr", "del", "192.0.2.7/32", "dev", "lo"});
}

TEST_F(Routed, ARestartThatWouldFailStopsNothing) {
    ASSERT_EQ(jailctl({"start", "www.test"}).status, 0);
    const std::vector<std::string> ask{"exec", "www.test", "--", "cat", "/sys/class/net/eth0/address"};
    const std::string address = jailctl(ask).out;
    EXPECT_EQ(jailctl({"restart", "www.test"}).status, 0) << "its own link and routes are no obstacle";
    EXPECT_EQ(jailctl(ask).out, address) << "who knows its MAC address, a switch or a lease, knows it still";
    EXPECT_EQ(address.size(), 18U) << address;
    site_->configure({"www.test:192.0.2.1"}, "NETWORK=routed\nIF=up0\nSTOP_TIMEOUT=5\n");
    const auto refused = jailctl({"restart", "www.test"});
    EXPECT_EQ(refused.status, 1);
    EXPECT_THAT(refused.err, HasSubstr("www.test could not be started again, and is not stopped: "
                                       "address 192.0.2.1 belongs to the host"));
    EXPECT_THAT(jailctl({"status"}).out, HasSubstr("*www.test"));
}

TEST_F(Routed, AnAddressThatCannotBeRoutedIsRefusedByTheCheckAndTheStart) {
    const auto expect_refused = [&](const std::string& address, const std::string& why, bool checked) {
        site_->configure({"www.test:" + address}, "NETWORK=routed\nIF=up0\n");
        const auto check = jailctl({"config", "check"});
        EXPECT_EQ(check.status, checked ? 2 : 0) << check.all();
        if (checked) {
            EXPECT_THAT(check.all(), HasSubstr(why));
        }
        const auto started = jailctl({"start", "www.test"});
        EXPECT_NE(started.status, 0) << address;
        EXPECT_THAT(started.err, HasSubstr(why));
        EXPECT_EQ(bed_->host_network(), before_);
    };
    expect_refused("169.254.3.4", "address 169.254.3.4 of jail www.test is link-local: no host routes it", true);
    expect_refused("192.0.2.255/24", "address 192.0.2.255/24 of jail www.test is that of a network or its broadcast",
                   true);
    expect_refused("192.0.2.0", "address 192.0.2.0 is that of the network of up0, not of a host", false);
}

TEST_F(Routed, AMissingInterfaceIsNamedWithThoseThereAre) {
    site_->configure({"www.test:192.0.2.7"}, "NETWORK=routed\nIF=em0\n");
    const auto result = jailctl({"start", "www.test"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("there is no network interface em0"));
    EXPECT_THAT(result.err, HasSubstr("lo, up0"));
}

TEST_F(Routed, AJailServesOverIPv6) {
    site_->configure({"www.test:[2001:db8::7],192.0.2.7"}, "NETWORK=routed\nIF=up0\nSTOP_TIMEOUT=5\n");
    const auto started = jailctl({"start", "www.test"});
    ASSERT_EQ(started.status, 0) << started.all();
    serve("www.test");
    for (const std::string address : {"2001:db8::7", "192.0.2.7"}) {
        EXPECT_THAT(bed_->in_lan(request(address)).out, EndsWith("www.test\n")) << address;
    }
    const auto stopped = jailctl({"stop", "www.test"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_EQ(bed_->host_network(), before_);
}

TEST_F(Routed, PortsOfTheHostLeadToTheJail) {
    site_->configure({"www.test:10.9.8.7,[2001:db8:9::7]", "db.test:192.0.2.8"},
                     "NETWORK=routed\nIF=up0\nSTOP_TIMEOUT=5\n");
    const auto own = site_->path() / "jails.d";
    std::filesystem::create_directories(own);
    spit(own / "www.test.conf", "NAT=yes\nFORWARD='tcp:8080:80 udp:5353:53'\n", 0644);
    const auto started = jailctl({"start", "all"});
    ASSERT_EQ(started.status, 0) << started.all();
    serve("www.test");
    for (const std::string address : {"192.0.2.1", "2001:db8::1"}) {
        EXPECT_THAT(bed_->in_lan(request(address, "8080")).out, EndsWith("www.test\n")) << address;
        EXPECT_THAT(bed_->in_host(request(address, "8080")).out, EndsWith("www.test\n")) << address;
    }
    for (const std::string jail : {"www.test", "db.test"}) {
        const auto page = jailctl({"exec", jail, "--", "sh", "-c", request("192.0.2.1", "8080").back()});
        EXPECT_THAT(page.out, EndsWith("www.test\n")) << jail << page.err;
    }
    const auto stopped = jailctl({"stop", "all"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_EQ(bed_->host_network(), before_);
}

/// Nothing in a second configuration tells what the first has, so it is the rules of the host that say it.
TEST_F(Routed, APortThatAJailOfAnotherConfigurationHasIsRefused) {
    const std::string settings = "NETWORK=routed\nIF=up0\nSTOP_TIMEOUT=5\nFORWARD=";
    site_->configure({"www.test:192.0.2.7"}, settings + "tcp:8080:80\n");
    Site other({"db.test:192.0.2.8"}, settings + "'udp:8080:53 tcp:8080:81'\n");
    RunOptions there;
    there.network_namespace = bed_->host_path();
    ASSERT_EQ(other.jailctl({"--batch", "create", "db.test"}, there).status, 0);
    ASSERT_EQ(jailctl({"start", "www.test"}).status, 0);
    const auto with_one = bed_->host_network();

    const auto second = other.jailctl({"start", "db.test"}, there);
    EXPECT_EQ(second.status, 1) << second.all();
    EXPECT_THAT(second.err,
                HasSubstr(
                    "port 8080/tcp of the host leads to jail www.test of another configuration already (RUN_DIR " +
                    site_->run_dir().string() + "), by table inet jl"));
    EXPECT_EQ(bed_->host_network(), with_one);

    // What runs counts, not what the file says meanwhile.
    site_->configure({"www.test:192.0.2.7", "db.test:192.0.2.8"}, settings + "tcp:8081:80\n");
    const auto own = site_->path() / "jails.d";
    std::filesystem::create_directories(own);
    spit(own / "db.test.conf", "FORWARD=tcp:8080:80\n", 0644);
    const auto mistaken = jailctl({"start", "db.test"});
    EXPECT_THAT(mistaken.err, HasSubstr("port 8080/tcp of the host leads to jail www.test already, by table inet jl"));

    ASSERT_EQ(jailctl({"stop", "www.test"}).status, 0);
    for (const char* command : {"start", "stop"}) {
        const auto done = other.jailctl({command, "db.test"}, there);
        EXPECT_EQ(done.status, 0) << done.all();
    }
}

TEST_F(Routed, AMistakeInForwardIsShownWhereItStands) {
    site_->configure({"www.test:192.0.2.7"}, "NETWORK=routed\nIF=up0\nFORWARD='tcp:8080:80 icmp:1:1'\n");
    const auto result = jailctl({"start", "www.test"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.err, HasSubstr("FORWARD: 'icmp:1:1' is no port forward"));
    EXPECT_THAT(result.err, HasSubstr("jails.conf:"));
}

TEST_F(Routed, AJailWhoseInitDiedStartsAgain) {
    ASSERT_EQ(jailctl({"start", "www.test"}).status, 0);
    const auto halted = jailctl({"exec", "www.test", "--", "poweroff", "-f"});
    for (int i = 0; i < 100 && jailctl({"exec", "www.test", "--", "true"}).status == 0; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    const auto again = jailctl({"start", "www.test"});
    EXPECT_EQ(again.status, 0) << halted.all() << again.all();
    EXPECT_EQ(bed_->in_lan({"busybox", "ping", "-c1", "-W2", "192.0.2.7"}).status, 0);
}

/// kill -9 at each step of start: the next start succeeds, and a stop leaves nothing.
TEST_F(Routed, AStartKilledAnywhereIsFinishedByTheNext) {
    for (int point = 1; point < 100; ++point) {
        const auto killed = jailctl({"start", "www.test"}, kill_at(point).environment);
        if (killed.status == 0) {
            EXPECT_GT(point, 4);
            return;
        }
        const auto status = jailctl({"status", "www.test"});
        EXPECT_EQ(status.status, 0) << status.all();
        // Beyond the commit the jail runs, and starting it once more says so; just before, it
        // is undone and started anew.
        const bool runs = status.out.find("*www.test") != std::string::npos;
        const auto next = jailctl({"start", "www.test"});
        EXPECT_TRUE(next.status == 0 || (runs && next.status == 1))
            << "killed at point " << point << ": " << next.all();
        EXPECT_EQ(bed_->in_lan({"busybox", "ping", "-c1", "-W2", "192.0.2.7"}).status, 0) << point;
        const auto stopped = jailctl({"stop", "www.test"});
        EXPECT_EQ(stopped.status, 0) << point << stopped.all();
        EXPECT_EQ(bed_->host_network(), before_) << point;
    }
    ADD_FAILURE() << "start never came to its end";
}

TEST_F(Routed, AJailWhoseRecordIsGoneOrDamagedLeavesTheNetworkAsItWas) {
    const auto record = site_->run_dir() / "jails/www.test.json";
    for (const char* content :
         {"", "{\"format\": 1", "{\"format\": 1, \"name\": \"www.test\", \"network\": {\"provider\": \"x\"}}"}) {
        ASSERT_EQ(jailctl({"start", "www.test"}).status, 0);
        if (*content == '\0') std::filesystem::remove(record);
        else spit(record, content, 0600);
        const auto stopped = jailctl({"stop", "www.test"});
        EXPECT_EQ(stopped.status, 0) << content << stopped.all();
        EXPECT_EQ(bed_->host_network(), before_) << content;
        EXPECT_FALSE(is_noted(site_->run_dir())) << content;
    }
}

TEST_F(Routed, DryRunChangesNothing) {
    const auto result = jailctl({"--dry-run", "start", "www.test"});
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_THAT(result.all(), HasSubstr("would join the network: routed"));
    EXPECT_EQ(bed_->host_network(), before_);
}

}  // namespace
}  // namespace jailctl::test

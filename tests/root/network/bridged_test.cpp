/// The installed program with NETWORK=bridge:br0 in a namespace that plays the host, seen from one that plays the LAN.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "network_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Bridged : public NetworkSite {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        set_up({"www.test:192.0.2.7,[2001:db8::7]", "db.test:192.0.2.8"}, "NETWORK=bridge:br0\n", true);  // no IF
    }
    bool lan_reaches(const std::string& address) {
        return bed_->in_lan({"busybox", "ping", "-c1", "-W2", address}).status == 0;
    }
};

TEST_F(Bridged, JailsAreReachedOnTheBridgeAndReachEachOther) {
    const auto started = jailctl({"start", "all"});
    ASSERT_EQ(started.status, 0) << started.all();
    EXPECT_THAT(started.all(), Not(HasSubstr("warning")));
    for (const std::string address : {"192.0.2.7", "2001:db8::7", "192.0.2.8"})
        EXPECT_TRUE(lan_reaches(address)) << address;
    ASSERT_EQ(jailctl({"exec", "db.test", "--", "sh", "-c", "mkdir -p /tmp/www && hostname >/tmp/www/index.html && "
                                                            "httpd -p 80 -h /tmp/www"}).status, 0);
    const auto page =
        jailctl({"exec", "www.test", "--", "sh", "-c", "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 3 192.0.2.8 80"});
    EXPECT_THAT(page.out, HasSubstr("db.test")) << page.err;
    EXPECT_THAT(jailctl({"exec", "www.test", "--", "ip", "route"}).out, HasSubstr("default via 192.0.2.1 dev eth0"));
    const auto stopped = jailctl({"stop", "all"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_EQ(bed_->host_network(), before_);
}

/// `create` with a runme.sh and `restart` look at the network before they begin, and when the jail joins it.
TEST_F(Bridged, AWarningIsPrintedOnceHoweverOftenTheNetworkIsLookedAt) {
    site_->configure({"www.test:192.0.2.7", "far.test:203.0.113.7/24"}, "NETWORK=bridge:br0\nSTOP_TIMEOUT=5\n");
    std::filesystem::create_directories(site_->path() / "addons");
    spit(site_->path() / "addons/runme.sh", "#!/bin/sh\nexit 0\n", 0755);
    const std::vector<std::vector<std::string>> lines = {
        {"--batch", "create", "far.test"}, {"start", "far.test"}, {"restart", "far.test"}};
    for (const auto& line : lines) {
        const auto done = jailctl(line);
        ASSERT_EQ(done.status, 0) << line.back() << done.all();
        const std::string warning = "jail far.test has no default route";
        const auto first = done.err.find(warning);
        ASSERT_NE(first, std::string::npos) << done.all();
        EXPECT_EQ(done.err.find(warning, first + 1), std::string::npos) << done.all();
    }
}

/// kill -9 at each step of start: the next start succeeds, and a stop leaves nothing.
TEST_F(Bridged, AStartKilledAnywhereIsFinishedByTheNext) {
    for (int point = 1; point < 100; ++point) {
        const auto killed = jailctl({"start", "www.test"}, kill_at(point).environment);
        if (killed.status == 0) {
            EXPECT_GT(point, 4);
            return;
        }
        const bool runs = jailctl({"status", "www.test"}).out.find("*www.test") != std::string::npos;
        const auto next = jailctl({"start", "www.test"});
        EXPECT_TRUE(next.status == 0 || (runs && next.status == 1))
            << "killed at point " << point << ": " << next.all();
        EXPECT_TRUE(lan_reaches("192.0.2.7")) << point;
        const auto stopped = jailctl({"stop", "www.test"});
        EXPECT_EQ(stopped.status, 0) << point << stopped.all();
        EXPECT_EQ(bed_->host_network(), before_) << point;
    }
    ADD_FAILURE() << "start never came to its end";
}

TEST_F(Bridged, AJailWhoseRecordIsGoneLeavesTheNetworkAsItWas) {
    ASSERT_EQ(jailctl({"start", "www.test"}).status, 0);
    std::filesystem::remove(site_->run_dir() / "jails/www.test.json");
    const auto stopped = jailctl({"stop", "www.test"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_EQ(bed_->host_network(), before_);
}

TEST_F(Bridged, ABridgeThatGoesWhileAJailRunsIsNoObstacleToStop) {
    ASSERT_EQ(jailctl({"start", "www.test"}).status, 0);
    bed_->in_host({"ip", "link", "del", "br0"});
    const auto stopped = jailctl({"stop", "www.test"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    const auto again = jailctl({"start", "www.test"});
    EXPECT_EQ(again.status, 1);
    EXPECT_THAT(again.err, HasSubstr("there is no bridge br0 on this host"));
    before_ = bed_->host_network();
    EXPECT_THAT(before_, Not(HasSubstr("eth0")));
}

TEST_F(Bridged, ARateIsSetAndChangedWhileTheJailRuns) {
    site_->configure({"www.test:192.0.2.7"}, "NETWORK=bridge:br0\nSTOP_TIMEOUT=5\nRATE=100mbit\n");
    ASSERT_EQ(jailctl({"start", "www.test"}).status, 0);
    const auto shaped = [&] { return bed_->in_host({"tc", "qdisc", "show"}).all(); };
    const auto ruled = [&] { return bed_->in_host({"nft", "list", "ruleset"}).all(); };
    EXPECT_THAT(shaped(), HasSubstr("rate 100Mbit"));
    EXPECT_THAT(ruled(), HasSubstr("limit rate over 12500000 bytes/second"));
    const auto changed = jailctl({"set", "www.test", "RATE=in:50mbit out:8mbit", "PIDS=100"});
    EXPECT_EQ(changed.status, 0) << changed.all();
    EXPECT_THAT(changed.out, HasSubstr("RATE=in:50mbit out:8mbit PIDS=100 at once"));
    EXPECT_THAT(shaped(), HasSubstr("rate 50Mbit"));
    EXPECT_THAT(ruled(), HasSubstr("limit rate over 1000000 bytes/second"));
    EXPECT_THAT(slurp(site_->path() / "jails.d/www.test.conf"), HasSubstr("RATE=\"in:50mbit out:8mbit\"\n"));
    for (const char* word : {"RATE=fast", "RATE=1bit", "RATE=in:1mbit 2mbit", "RATE=200gbit"}) {
        EXPECT_EQ(jailctl({"set", "www.test", word}).status, 2) << word;
    }
    EXPECT_EQ(jailctl({"set", "www.test", "RATE=none"}).status, 0);
    EXPECT_THAT(shaped(), Not(HasSubstr("tbf")));
    EXPECT_THAT(ruled(), Not(HasSubstr("limit")));
    EXPECT_THAT(ruled(), HasSubstr("chain from_jail"));  // the guard is still there
    EXPECT_EQ(jailctl({"set", "www.test", "RATE=out:1gbit"}).status, 0);
    EXPECT_TRUE(lan_reaches("192.0.2.7"));
}

TEST_F(Bridged, StatusSaysWhatBecameOfTheNetworkOfAJailThatRuns) {
    ASSERT_EQ(jailctl({"start", "www.test"}).status, 0);
    const auto says = [&] { return jailctl({"status", "--wide", "www.test"}).out; };
    EXPECT_THAT(says(), Not(HasSubstr("\n    ")));
    bed_->in_host({"ip", "addr", "add", "192.0.2.7/32", "dev", "lo"});
    EXPECT_THAT(says(), HasSubstr("www.test: the host has address 192.0.2.7 too, on lo"));
    bed_->in_host({"ip", "addr", "del", "192.0.2.7/32", "dev", "lo"});
    EXPECT_THAT(says(), Not(HasSubstr("\n    ")));
    bed_->in_host({"nft", "flush", "ruleset"});
    EXPECT_THAT(says(), HasSubstr("www.test: the rules that hold its source addresses are gone from nftables"));
    EXPECT_THAT(jailctl({"--json", "status", "--wide", "www.test"}).out, HasSubstr("\"network_problems\": ["));
    bed_->in_host({"ip", "link", "set", "www.test", "nomaster"});
    EXPECT_THAT(says(), HasSubstr("is no port of bridge br0 any more"));
    bed_->in_host({"ip", "link", "del", "www.test"});
    EXPECT_THAT(says(), HasSubstr(" is gone"));
    EXPECT_THAT(says(), HasSubstr("*www.test"));  // it runs nevertheless
    const auto stopped = jailctl({"stop", "www.test"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
}

TEST_F(Bridged, ARateThatCannotBeSetIsAnErrorAndIsNotWritten) {
    ASSERT_EQ(jailctl({"start", "www.test"}).status, 0);
    const auto link =
        bed_->in_host({"sh", "-c", "ip -o link show master br0 | sed -n 's/^[0-9]*: \\(jl[0-9a-v]*\\)@.*/\\1/p'"}).out;
    bed_->in_host({"ip", "link", "del", link.substr(0, link.find('\n'))});
    const auto result = jailctl({"set", "www.test", "RATE=8mbit", "PIDS=50"});
    EXPECT_EQ(result.status, 1);
    EXPECT_THAT(result.err, HasSubstr("RATE cannot be set: network interface jl"));
    EXPECT_FALSE(std::filesystem::exists(site_->path() / "jails.d/www.test.conf"));
    const auto stopped = jailctl({"stop", "www.test"});  // a link that is gone is no obstacle
    EXPECT_EQ(stopped.status, 0) << stopped.all();
}

TEST_F(Bridged, DryRunChangesNothing) {
    const auto result = jailctl({"--dry-run", "start", "www.test"});
    EXPECT_EQ(result.status, 0) << result.all();
    EXPECT_THAT(result.all(), HasSubstr("would join the network: bridge"));
    EXPECT_EQ(bed_->host_network(), before_);
}

TEST_F(Bridged, MistakesAreShownWhereTheyStand) {
    const auto mistake = [&](const std::string& lines) {
        site_->configure({"www.test:192.0.2.7"}, lines);
        const auto result = jailctl({"config", "check"});
        EXPECT_EQ(result.status, 2) << lines;
        return result.all();
    };
    EXPECT_THAT(mistake("NETWORK=bridge:\n"), HasSubstr("NETWORK"));
    EXPECT_THAT(mistake("NETWORK=bridge:br0\nGATEWAY='192.0.2.1 192.0.2.2'\n"),
                HasSubstr("two gateways of one family"));
    EXPECT_THAT(mistake("NETWORK=bridge:br0\nGATEWAY=192.0.2.1/24\n"), HasSubstr("no /length belongs here"));
    EXPECT_THAT(mistake("NETWORK=routed\n"), HasSubstr("IF is not set"));
    site_->configure({"www.test:192.0.2.7", "db.test:192.0.2.8"}, "NETWORK=bridge:br0\n");
    EXPECT_EQ(jailctl({"config", "check"}).status, 0);
    EXPECT_THAT(mistake("NETWORK=bridge:br0\nGATEWAY=198.51.100.1\n"),
                HasSubstr("error: GATEWAY: 198.51.100.1 is on no network of jail www.test\n"));
    EXPECT_THAT(mistake("NETWORK=bridge:br0\nGATEWAY=192.0.2.7\n"),
                HasSubstr("error: GATEWAY: 192.0.2.7 is jail www.test itself\n"));
    site_->configure({"www.test:198.51.100.7"}, "NETWORK=bridge:br0\n");
    const auto outside = jailctl({"config", "check"});
    EXPECT_EQ(outside.status, 2);
    EXPECT_THAT(outside.all(),
                HasSubstr("error: NETWORK: the network of address 198.51.100.7 of jail www.test is not known"));
}

}  // namespace
}  // namespace jailctl::test

/// The installed program with NETWORK=host in a namespace that plays the host: what the jail shares,
/// and what it is kept from.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "abstract_sockets.hpp"
#include "network_site.hpp"

namespace jailctl::test {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class Hosted : public NetworkSite {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        set_up({"www.test:192.0.2.1"}, "NETWORK=host\n");
    }
    Result inside(const std::string& script) { return jailctl({"exec", "www.test", "--", "sh", "-c", script}); }
    void start() {
        const auto started = jailctl({"start", "www.test"});
        ASSERT_EQ(started.status, 0) << started.all();
    }
    /// Why the jail as configured now does not start.
    std::string refusal(const std::string& entry, const std::string& more) {
        site_->configure({entry}, "NETWORK=host\n" + more);
        const auto result = jailctl({"start", "www.test"});
        EXPECT_NE(result.status, 0) << result.all();
        return result.err;
    }
};

TEST_F(Hosted, AJailServesUnderTheHostsAddress) {
    start();
    EXPECT_EQ(bed_->host_network(), before_);
    EXPECT_EQ(inside("mkdir -p /tmp/www && hostname >/tmp/www/index.html && httpd -p 8080 -h /tmp/www").status, 0);
    const auto page =
        bed_->in_lan({"busybox", "sh", "-c", "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 3 192.0.2.1 8080"});
    EXPECT_THAT(page.out, EndsWith("www.test\n")) << page.err;
    EXPECT_THAT(jailctl({"status"}).out, HasSubstr("*www.test (192.0.2.1) in the host's network"));
    EXPECT_THAT(jailctl({"--json", "status"}).out, HasSubstr("\"network\": \"host\""));
    const auto stopped = jailctl({"stop", "www.test"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
}

TEST_F(Hosted, ItsRootHasNoPowerOverTheHostsNetwork) {
    start();
    EXPECT_NE(inside("ip link set up0 down").status, 0);
    EXPECT_NE(inside("ip addr add 192.0.2.9/24 dev up0").status, 0);
    EXPECT_NE(inside("ip route add default via 192.0.2.100").status, 0);
    EXPECT_NE(inside("echo 1 >/proc/sys/net/ipv4/ip_forward").status, 0);
    EXPECT_NE(inside("httpd -p 80 -h /tmp").status, 0);  // ports below 1024 are the host's
    EXPECT_EQ(bed_->host_network(), before_);
}

TEST_F(Hosted, SysIsThatOfTheHostsNetworkAndReadOnly) {
    start();
    EXPECT_THAT(inside("ls /sys/class/net").out, HasSubstr("up0"));
    const auto mount = inside("grep ' /sys ' /proc/mounts").out;
    EXPECT_THAT(mount, HasSubstr("none /sys sysfs ro,nosuid,nodev,noexec"));
    EXPECT_THAT(inside("ls /sys/firmware /sys/kernel/debug /sys/kernel/security /sys/fs/cgroup").out,
                Not(HasSubstr("acpi")));
    EXPECT_NE(inside("mount -o remount,rw /sys").status, 0);
    EXPECT_NE(inside("echo 0 >/sys/class/net/up0/tx_queue_len").status, 0);
}

/// A listener of the host on an abstract name, for as long as it lives.
UniqueFd listen_in(const std::string& netns, const std::string& name) {
    const UniqueFd home(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC)),
        there(::open(netns.c_str(), O_RDONLY | O_CLOEXEC));
    EXPECT_EQ(::setns(there.get(), CLONE_NEWNET), 0);
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::setns(home.get(), CLONE_NEWNET), 0);
    sockaddr_un here{};
    here.sun_family = AF_UNIX;
    std::memcpy(here.sun_path + 1, name.data(), name.size());
    EXPECT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&here),
                     static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size())), 0);
    EXPECT_EQ(::listen(fd.get(), 4), 0);
    return fd;
}

TEST_F(Hosted, AbstractSocketsOfTheHostAreOutOfReachOrItSaysSo) {
    const std::string name = "jailctl-test-" + std::to_string(::getpid());
    const auto listener = listen_in(bed_->host_path(), name);
    std::filesystem::copy_file(ABSTRACT_PROBE, site_->root("www.test") / "bin/abstract_probe");
    const auto started = jailctl({"start", "www.test"});
    ASSERT_EQ(started.status, 0) << started.all();
    const auto result = jailctl({"exec", "www.test", "--", "/bin/abstract_probe", name});
    if (lifecycle::can_part_abstract_sockets()) {
        EXPECT_EQ(result.status, EPERM) << result.all();
        EXPECT_THAT(started.err, Not(HasSubstr("abstract")));
    } else {
        EXPECT_EQ(result.status, 0) << result.all();
        EXPECT_THAT(started.err, HasSubstr("jail www.test reaches the host's abstract UNIX sockets"));
    }
    EXPECT_EQ(jailctl({"exec", "www.test", "--", "/bin/abstract_probe", name + "x"}).status, ECONNREFUSED);
    // The jail's first process is kept from them as well, not only exec.
    jailctl({"stop", "www.test"});
    spit(site_->root("www.test") / "bin/first",
         "#!/bin/sh\n/bin/abstract_probe " + name + "\necho ended $?\nsleep 60\n", 0755);
    site_->configure({"www.test:192.0.2.1"}, "NETWORK=host\nSTOP_TIMEOUT=0\nSTART_COMMAND=/bin/first\n");
    start();
    Result logs;
    for (int i = 0; i < 100 && logs.out.find("ended") == std::string::npos; ++i) {
        logs = jailctl({"logs", "www.test"});
        ::usleep(20000);
    }
    EXPECT_THAT(logs.out, HasSubstr(lifecycle::can_part_abstract_sockets() ? "ended 1\n" : "ended 0\n"));
}

TEST_F(Hosted, WhatCannotBeIsRefused) {
    EXPECT_THAT(refusal("www.test:192.0.2.7", ""),
                HasSubstr("address 192.0.2.7 of jail www.test is none of the host's"));
    EXPECT_THAT(refusal("www.test:192.0.2.1", "CAPABILITIES=system\n"), HasSubstr("has CAPABILITIES=system"));
    EXPECT_THAT(refusal("www.test:192.0.2.1", "FORWARD=tcp:8080:80\n"), HasSubstr("leads nowhere"));
    EXPECT_THAT(refusal("www.test:192.0.2.1", "NAT=yes\n"), HasSubstr("leads nowhere"));
    EXPECT_THAT(refusal("www.test:192.0.2.1", "GATEWAY=192.0.2.100\n"), HasSubstr("leads nowhere"));
}

}  // namespace
}  // namespace jailctl::test

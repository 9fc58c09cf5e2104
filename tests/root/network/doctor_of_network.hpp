#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "bed.hpp"
#include "diagnosed.hpp"
#include "name_server.hpp"
#include "roots.hpp"

namespace jailctl::test {

/// A host with a LAN, a name server and a routed jail, for doctor to look at.
class DoctorOfNetwork : public ::testing::Test {
protected:
    static constexpr const char* settings =
        "NETWORK=routed\nIF=up0\nSTOP_TIMEOUT=0\nBACKUP_MAX_AGE=none\nNAMESERVER=192.0.2.1\n";
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
        EXPECT_THAT(doctor().findings(), ::testing::ElementsAre(code + " www.test"));
        EXPECT_THAT(doctor({"--fix"}).findings(), ::testing::ElementsAre(code + " www.test fixed"));
        EXPECT_THAT(doctor().findings(), ::testing::IsEmpty());
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

}  // namespace jailctl::test

#pragma once

/// What tests of the Network providers share: a bed, a namespace that plays the jail's, and a host that is none.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include "bed.hpp"
#include "jailctl/testing/fake_host.hpp"
#include "links.hpp"
#include "network.hpp"
#include "netns.hpp"

namespace jailctl::lifecycle {

inline std::string message_of(const std::function<void()>& action, Errc expected) {
    const Error error = test::error_of(action);
    EXPECT_EQ(error.code(), expected) << error.what();
    return std::string(error.what()) + " | " + error.hint();
}

class Provider : public ::testing::Test {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        bed_ = std::make_unique<test::NetworkBed>();
        scratch_ = std::make_unique<test::Scratch>();
        scratch_->use_for(host_.fake_configuration);
        host_.provide<Network>("routed", make_routed_network());
        host_.provide<Network>("bridge", make_bridged_network());
        register_network_undoer(host_);
        home_.reset(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
        ASSERT_EQ(::unshare(CLONE_NEWNET), 0);  // plays the jail's network namespace
        netns_.reset(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
        const UniqueFd host(::open(bed_->host_path().c_str(), O_RDONLY | O_CLOEXEC));
        ASSERT_EQ(::setns(host.get(), CLONE_NEWNET), 0);
    }
    void TearDown() override {
        if (home_) {
            ASSERT_EQ(::setns(home_.get(), CLONE_NEWNET), 0);
        }
    }

    Jail jail(const std::string& name, const std::string& address, const std::string& interface = "up0") {
        Jail made{JailName(name), {Address::parse(address)}, scratch_->path() / name, {}, {}};
        made.settings.set("IF", {interface, {"jails.conf", 3, 4}, true});
        return made;
    }
    /// Another namespace plays the jail's from here on.
    void another_netns() {
        namespaces_.push_back(std::move(netns_));  // the one before goes on with the jail that is in it
        const InsideNetns elsewhere(home_.get());
        ASSERT_EQ(::unshare(CLONE_NEWNET), 0);
        netns_.reset(::open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC));
    }
    Network& network() { return host_.services().get<Network>(provider_); }
    /// @return what it warns of
    std::vector<std::string> check(const Jail& one) { return network().check(host_.fake_configuration, one); }
    Value join(const Jail& one, bool commit = true) {
        Operation operation(host_, one, "start", JournalPlace::running);
        auto record = network().join(host_, operation, one, netns_.get());
        if (commit) operation.commit();
        return record;
    }
    test::Result in_jail(const std::vector<std::string>& argv) {
        const InsideNetns inside(netns_.get());
        return test::run_command(argv);
    }

    std::string provider_ = "routed";
    test::FakeHost host_;
    std::unique_ptr<test::NetworkBed> bed_;
    std::unique_ptr<test::Scratch> scratch_;
    UniqueFd home_, netns_;
    std::vector<UniqueFd> namespaces_;
};

}  // namespace jailctl::lifecycle

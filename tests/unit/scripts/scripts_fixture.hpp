#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "jailctl/testing/fake_host.hpp"
#include "support.hpp"

namespace jailctl {

using test::error_of;

/// The scripts plugin in a fake host, one jail, and a directory for scripts that passes the owner check.
class Scripts : public ::testing::Test {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        host_.load(JAILCTL_SCRIPTS_PLUGIN);
        scratch_.use_for(host_.fake_configuration);
        std::filesystem::create_directories(jail_.root);
        host_.fake_configuration.jails.push_back(jail_);
    }
    std::string script(const std::string& name, const std::string& body, mode_t mode = 0755) {
        const auto file = scratch_.path() / name;
        test::spit(file, "#!/bin/sh\n" + body + "\n", mode);
        return file.string();
    }
    void configure(const std::string& variable, const std::string& value) {
        jail_.settings.set(variable, {value, {"jails.conf", 1, 1}, true});
    }
    void before_start() { auto leases = host_.hooks().fire(BeforeStart{{host_, jail_, 0}}); }
    void after_start(int id, const Error* failure = nullptr) {
        auto leases = host_.hooks().fire(AfterStart{{{host_, jail_, id}, failure}});
    }
    [[nodiscard]] std::string output(const std::string& file) const { return test::slurp(scratch_.path() / file); }

    test::Scratch scratch_;
    test::FakeHost host_;
    Jail jail_{JailName("www.example.org"),
               {Address::parse("192.0.2.7"), Address::parse("192.0.2.8/24")},
               scratch_.path() / "jails" / "www.example.org",
               {},
               {}};
};

}  // namespace jailctl

#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "bed.hpp"

namespace jailctl::test {

/// A site in the bed's host, its jails created; a test ends with all stopped and nothing left of them.
class NetworkSite : public ::testing::Test {
protected:
    /// @param entries  of JAILS @param settings  of jails.conf, NETWORK among them
    void set_up(const std::vector<std::string>& entries, const std::string& settings, bool bridge = false) {
        bed_ = std::make_unique<NetworkBed>();
        if (bridge) bed_->make_bridge();
        site_ = std::make_unique<Site>(entries, settings + "STOP_TIMEOUT=5\n");
        for (const auto& entry : entries) {
            const auto made = jailctl({"--batch", "create", entry.substr(0, entry.find(':'))});
            ASSERT_EQ(made.status, 0) << made.all();
        }
        before_ = bed_->host_network();
        leaks_ = std::make_unique<Leaks>(site_->path());
    }
    void TearDown() override {
        if (!leaks_) return;
        jailctl({"--batch", "stop", "all"});
        EXPECT_EQ(bed_->host_network(), before_);
        EXPECT_THAT(leaks_->found(), ::testing::IsEmpty());
        EXPECT_FALSE(is_noted(site_->run_dir()));
    }
    Result jailctl(const std::vector<std::string>& args, const std::vector<std::string>& environment = {}) {
        RunOptions options;
        options.network_namespace = bed_->host_path();
        options.environment = environment;
        return site_->jailctl(args, options);
    }

    std::unique_ptr<NetworkBed> bed_;
    std::unique_ptr<Site> site_;
    std::unique_ptr<Leaks> leaks_;
    std::string before_;
};

}  // namespace jailctl::test

#pragma once

#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "site.hpp"

namespace jailctl::test {

/// A site with one jail, a.test, that is not made yet. Skips aloud unless root.
class OneJail : public ::testing::Test {
protected:
    void SetUp() override;

    /// jailctl create a.test --batch `more`...
    Result create(const std::vector<std::string>& more = {}) const;
    /// jailctl delete a.test --yes
    Result remove() const { return site_.jailctl({"delete", "a.test", "--yes"}); }
    /// Nothing but perhaps a root is there of the jail: no staging, no journal, no record, no ids.
    void expect_no_trace(const std::string& when = {}) const;
    /// Not even a root.
    void expect_no_jail(const std::string& when = {}) const;

    Site site_{{"a.test:192.0.2.1"}};
    std::filesystem::path root_ = site_.root("a.test");
};

}  // namespace jailctl::test

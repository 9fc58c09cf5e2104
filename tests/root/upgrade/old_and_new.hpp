#pragma once

#include <filesystem>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <string>
#include <unistd.h>

#include "support.hpp"

namespace jailctl::test {

/// A jail made of version 1 of a small base, and archives of versions 1 and 2 to upgrade it with.
class OldAndNew : public OneJail {
protected:
    void SetUp() override;

    /// Packs a base whose files say `version`; `change` may still alter its tree. @return the archive
    std::string pack(const std::string& version, const std::function<void(const std::filesystem::path&)>& change = {});
    /// From now on BASE is this archive.
    void use(const std::string& archive, const std::string& more = {});
    Result upgrade(const std::vector<std::string>& options = {});
    [[nodiscard]] std::string in_jail(const std::string& path) const { return slurp(root_ / path); }
    /// The system is wholly of one version, its record says so, and nothing else stands beside it.
    void expect_version(const std::string& version);

    Leaks leaks_{site_.path()};
};

}  // namespace jailctl::test

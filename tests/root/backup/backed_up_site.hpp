#pragma once

#include <gmock/gmock.h>
#include <unistd.h>

#include "support.hpp"

namespace jailctl::test {

/// A site with the jail a.test created from the busybox base, and a file of its own in it.
class BackedUpSite : public ::testing::Test {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        const Result made = site.jailctl({"--batch", "create", "a.test"});
        ASSERT_EQ(made.status, 0) << made.all();
        spit(site.root("a.test") / "root/precious", "precious data\n");
    }
    void TearDown() override {
        if (::geteuid() != 0) return;
        EXPECT_THAT(site.leftovers(), ::testing::IsEmpty());
        EXPECT_THAT(leaks.found(), ::testing::IsEmpty());
    }

    Result backup(const std::vector<std::string>& more = {}) {
        std::vector<std::string> words{"backup", "a.test"};
        words.insert(words.end(), more.begin(), more.end());
        return site.jailctl(words);
    }
    void remove_jail() {
        const Result removed = site.jailctl({"--batch", "delete", "a.test"});
        ASSERT_EQ(removed.status, 0) << removed.all();
    }
    /// Archives in the directory, sorted by name.
    std::vector<std::filesystem::path> archives(const std::filesystem::path& directory) const {
        std::vector<std::filesystem::path> found;
        for (const auto& entry : std::filesystem::directory_iterator(directory))
            if (entry.path().filename().string().find(".tar") != std::string::npos) found.push_back(entry.path());
        std::sort(found.begin(), found.end());
        return found;
    }
    std::filesystem::path only_archive() const {
        const auto found = archives(site.backups());
        EXPECT_EQ(found.size(), 1U);
        return found.empty() ? std::filesystem::path() : found.front();
    }
    static void flip(const std::filesystem::path& file, std::size_t offset) {
        std::string bytes = slurp(file);
        ASSERT_LT(offset, bytes.size());
        bytes[offset] = static_cast<char>(bytes[offset] ^ 0x20);
        spit(file, bytes, 0600);
    }

    Site site{{"a.test:192.0.2.1", "b.test:192.0.2.2"}};
    Leaks leaks{site.path()};
};

}  // namespace jailctl::test

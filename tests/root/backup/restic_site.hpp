#pragma once

#include <filesystem>
#include <memory>

#include "support.hpp"

namespace jailctl::test {

/// A site whose one jail, a tree and not more, is kept in a restic repository on disk.
class ResticSite : public ::testing::Test {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        if (find_program("restic").empty()) GTEST_SKIP() << "restic is not installed";
        site_ = std::make_unique<Site>(std::vector<std::string>{"a.test:192.0.2.1"});
        spit(site_->path() / "password", restic_password, 0600);
        make_quick_repository(repository());
        configure({"a.test:192.0.2.1"});
        make_tree("a.test");
    }
    void configure(const std::vector<std::string>& jails, const std::string& more = {}) {
        site_->configure(jails, "BACKUP_BACKEND=restic\nRESTIC_REPOSITORY=" + repository().string() +
                                    "\nRESTIC_PASSWORD_FILE=" + (site_->path() / "password").string() + "\n" + more);
    }
    void make_tree(const std::string& jail) const {
        std::filesystem::create_directories(site_->root(jail) / "etc");
        spit(site_->root(jail) / "etc/motd", "kept by restic\n");
    }
    [[nodiscard]] std::filesystem::path repository() const { return site_->path() / "repository"; }
    /// Those restic heeds: of one that was killed while it wrote its lock, a file of another name stays for good.
    [[nodiscard]] std::size_t locks() const {
        constexpr std::size_t length_of_id = 64;
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(repository() / "locks"))
            count += entry.path().filename().string().size() == length_of_id ? 1 : 0;
        return count;
    }
    /// Waits until there are so many locks in the repository. @return false: not within a minute
    [[nodiscard]] bool locks_become(std::size_t count) const {
        for (int i = 0; i < 6000; ++i) {
            if (locks() == count) return true;
            ::usleep(10'000);
        }
        return false;
    }
    std::unique_ptr<Site> site_;
};

}  // namespace jailctl::test

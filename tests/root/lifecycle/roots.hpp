#pragma once

#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "support.hpp"

namespace jailctl::test {

/// Makes a small root around the host's static busybox: bin with every applet, etc/passwd, the usual directories.
/// No sbin/init: the jail's first process is jail-init. The test is skipped aloud where there is no static busybox.
void make_busybox_root(const std::filesystem::path& root);
/// Gives it busybox init as /sbin/init.
void add_busybox_init(const std::filesystem::path& root);

/// A site with one jail "a.test" (and more if named) in busybox roots, stopped at the end whatever happens.
class JailTest : public testing::Test {
protected:
    void SetUp() override;
    void TearDown() override;
    /// Configures the site: `more` are further lines of jails.conf.
    void configure(const std::string& more) { site.configure(entries, more); }
    /// jailctl exec a.test -- sh -c `script`
    Result inside(const std::string& script) const {
        return site.jailctl({"exec", "a.test", "--", "sh", "-c", script});
    }
    /// Names of the jail's processes, the shell that looks included; it starts no other while it does.
    std::string processes() const {
        return inside("for p in /proc/[0-9]*; do read -r name <$p/comm; echo -n \"$name \"; done").out;
    }
    Result start() const { return site.jailctl({"start", "a.test"}); }
    Result stop() const { return site.jailctl({"stop", "--timeout", "0", "a.test"}); }
    /// The record of a running jail, null if there is none.
    [[nodiscard]] Value record(const std::string& jail = "a.test") const;
    [[nodiscard]] char mark(const std::string& jail = "a.test") const;
    /// Directories of the jails' control groups, mounts, descriptors and journals that are left.
    [[nodiscard]] std::vector<std::string> left_behind() const;
    /// Name of the jail's control group, remembered from its record.
    [[nodiscard]] static std::vector<std::string> cgroup_directories(const std::string& name);

    std::vector<std::string> entries{"a.test:192.0.2.1"};
    Site site{entries, {}};

private:
    Leaks leaks_{site.path()};
};

}  // namespace jailctl::test

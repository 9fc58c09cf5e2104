#pragma once

#include <fstream>

#include "writing_site.hpp"

namespace jailctl::test {

/// The same, with a JAIL_HOME that is a btrfs of its own, in a file.
class BtrfsSite : public WritingSite {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        const auto image = site.path() / "btrfs.img";
        std::ofstream(image).close();
        std::filesystem::resize_file(image, std::uintmax_t{256} << 20);
        ASSERT_EQ(run_command({"mkfs.btrfs", "-q", image.string()}).status, 0) << "needs btrfs-progs";
        std::filesystem::create_directories(site.home());
        ASSERT_EQ(run_command({"mount", "-o", "loop", image.string(), site.home().string()}).all(), "");
        mounted_ = true;
        ::chmod(site.home().c_str(), 0700);
        WritingSite::SetUp();
    }
    void TearDown() override {
        if (mounted_) {
            site.jailctl({"stop", "a.test"});
            const Result unmounted = run_command({"umount", site.home().string()});
            EXPECT_EQ(unmounted.status, 0) << unmounted.all();
        }
        WritingSite::TearDown();
    }

private:
    bool mounted_ = false;
};

}  // namespace jailctl::test

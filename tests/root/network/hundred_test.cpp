/// A hundred jails with addresses, started and stopped in one command each: all run, and nothing is left of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "bed.hpp"
#include "roots.hpp"

namespace jailctl::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int count = 100;

std::string name_of(int index) { return "j" + std::to_string(index) + ".test"; }
/// From 192.0.2.2 up; .100 is the LAN's.
std::string address_of(int index) { return "192.0.2." + std::to_string(index + (index < 98 ? 2 : 3)); }

std::vector<std::string> entries() {
    std::vector<std::string> all;
    for (int index = 0; index < count; ++index) all.push_back(name_of(index) + ":" + address_of(index));
    return all;
}

/// Names of what is in a directory; none if there is no directory.
std::vector<std::string> names_in(const std::filesystem::path& directory) {
    std::vector<std::string> names;
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(directory, none))
        names.push_back(entry.path().filename());
    return names;
}

class Hundred : public ::testing::Test {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        for (int index = 0; index < count; ++index) make_busybox_root(site_.root(name_of(index)));
    }
    void TearDown() override { jailctl({"--jobs", "8", "stop", "-t", "0", "all"}); }
    Result jailctl(const std::vector<std::string>& args) const {
        RunOptions options;
        options.network_namespace = bed_.host_path();
        options.limit = std::chrono::seconds(120);
        return site_.jailctl(args, options);
    }
    [[nodiscard]] long running() const {
        std::istringstream lines(jailctl({"status"}).out);
        long marked = 0;
        for (std::string line; std::getline(lines, line);) marked += line.starts_with("*") ? 1 : 0;
        return marked;
    }

    NetworkBed bed_;
    Site site_{entries(), "NETWORK=routed\nIF=up0\n"};
};

TEST_F(Hundred, StartAnswerAndLeaveNothing) {
    const std::string network = bed_.host_network();
    const Leaks leaks(site_.path());
    const Result started = jailctl({"--jobs", "8", "start", "all"});
    ASSERT_EQ(started.status, 0) << started.all();
    EXPECT_EQ(running(), count);
    EXPECT_EQ(names_in(site_.run_dir() / "jails").size(), static_cast<std::size_t>(count));
    for (const int index : {0, 57, count - 1})
        EXPECT_EQ(bed_.in_lan({"busybox", "ping", "-c1", "-W5", address_of(index)}).status, 0) << name_of(index);
    const Result all = jailctl({"--jobs", "8", "exec", "all", "--", "hostname"});
    EXPECT_EQ(all.status, 0) << all.all();
    EXPECT_THAT(all.out, HasSubstr(name_of(73) + ": " + name_of(73) + "\n"));

    const Result stopped = jailctl({"--jobs", "8", "stop", "-t", "0", "all"});
    EXPECT_EQ(stopped.status, 0) << stopped.all();
    EXPECT_EQ(running(), 0);
    EXPECT_EQ(bed_.host_network(), network) << "links, addresses, routes, proxy entries, rules";
    EXPECT_THAT(leaks.found(), IsEmpty()) << "mounts, links, control groups, processes, descriptors";
    for (const char* folder : {"jails", "journal", "console"})
        EXPECT_THAT(names_in(site_.run_dir() / folder), IsEmpty()) << folder;
    EXPECT_FALSE(is_noted(site_.run_dir()));
}

}  // namespace
}  // namespace jailctl::test

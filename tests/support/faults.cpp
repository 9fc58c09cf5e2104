#include "faults.hpp"

#include <csignal>
#include <gtest/gtest.h>

namespace jailctl::test {

RunOptions kill_at(int point) {
    RunOptions options;
    options.environment = {"JAILCTL_FAULT=kill:" + std::to_string(point)};
    return options;
}

bool killed_at(int point, const Site& site, const std::vector<std::string>& words) {
    const Result result = site.jailctl(words, kill_at(point));
    if (result.status == 128 + SIGKILL) return true;
    EXPECT_EQ(result.status, 0) << "point " << point << ": " << result.all();
    return false;
}

}  // namespace jailctl::test

#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace jailctl::test {

/// What of the machine a jailctl test could leave behind. Only things that belong to us are looked at, because other
/// tests run beside: mounts and processes below `below`, cgroups and links made by jailctl that were not there before.
class Leaks {
public:
    /// Remembers how things stand. @param below  the test's scratch directory
    explicit Leaks(std::filesystem::path below);
    /// What is there now and was not then: "mount ...", "link ...", "cgroup ...", "process ...", "descriptor ...".
    /// Waits up to two seconds for what the kernel removes in its own time.
    [[nodiscard]] std::vector<std::string> found() const;

private:
    [[nodiscard]] std::set<std::string> look() const;
    std::filesystem::path below_;
    std::set<std::string> before_;
};

}  // namespace jailctl::test

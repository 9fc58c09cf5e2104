#pragma once

#include <string>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::scripts {

/// Keeps hold of a script's descendants, those included that left its process group, so that a time limit ends them all.
/// Linux: a cgroup of its own below <cgroup2>/jailctl. Where the system has no means for that, the process group alone
/// is killed (by run()) and this does nothing. Never throws: a script is run without it rather than not at all.
class Containment {
public:
    explicit Containment(const std::string& name) noexcept;
    Containment(const Containment&) = delete;
    Containment& operator=(const Containment&) = delete;
    /// Kills nothing: a daemon that a script started on purpose goes on, outside.
    ~Containment();
    /// For Program::group_fd: what runs is inside from its first instruction. -1 where there are no means.
    [[nodiscard]] int fd() const noexcept { return group_.get(); }
    void kill_all() noexcept;

private:
    UniqueFd parent_, group_;
    std::string name_;
};

}  // namespace jailctl::scripts

#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl::scripts {

/// Keeps hold of a script's descendants, those included that left its process group, so that a time limit ends them
/// all. Linux: a cgroup of its own below <cgroup2>/jailctl. Where the system has no means for that, the process group
/// alone is killed (by run()) and this does nothing. Never throws: a script is run without it rather than not at all.
class Containment {
public:
    /// Its name tells whose it is: by pid and start time this process, by RUN_DIR the configuration.
    explicit Containment(const Configuration& configuration) noexcept;
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
    bool killed_ = false;
};

/// What a jailctl of this configuration left when it was killed while a script ran.
struct Abandoned {
    std::string name;           ///< below <cgroup2>/jailctl
    std::size_t processes = 0;  ///< that run in it and below it yet, without any limit of time
};
[[nodiscard]] std::vector<Abandoned> abandoned(const Configuration& configuration);
/// Removes what is empty by now of the groups in which a daemon was let go (Containment).
void clear_let_go(const Configuration& configuration);
/// Kills what runs in it, and removes it. Gone already is success. @throws Error busy: it does not end; io
void end_abandoned(const std::string& name);

}  // namespace jailctl::scripts

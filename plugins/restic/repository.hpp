#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/process.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl::restic {

/// That only root can read a file. @throws Error denied
void require_private(const std::string& file);

/// What one run of restic said.
struct Answer {
    ExitStatus status;
    std::string out;     ///< its standard output, unless lines were taken
    std::string errors;  ///< what it complained of, the last 16 KiB
};

/// How one run differs from the plain one.
struct Run {
    std::vector<std::pair<int, std::string>> mounts{};
    bool read_only_host = false;
    std::string directory = "/";
    std::function<void(std::string_view line)> on_line{};  ///< each line of both outputs as it comes
    int stdout_fd = -1;
};

/// The repository that RESTIC_REPOSITORY names, and Debian's restic as a process: an environment of its own, no shell,
/// the password by file (security.md 9). Interrupted it is sent SIGINT, upon which it removes its locks.
class Repository {
public:
    /// @throws Error config: a variable is missing; not_found, denied: a file of it; unsupported: no restic here
    Repository(Invocation& invocation, const Settings& settings);
    [[nodiscard]] const std::string& location() const noexcept { return location_; }
    [[nodiscard]] bool local() const noexcept { return location_.starts_with('/'); }
    /// True if it is on this host and nothing can be written there, restic's locks included.
    [[nodiscard]] bool read_only() const noexcept;
    /// The location for eyes, messages and files: without the password an address may have in it.
    [[nodiscard]] std::string shown() const;
    /// Locks that a killed restic left are removed on the way; those of a living one stay, and it fails.
    [[nodiscard]] Answer run(const std::vector<std::string>& arguments, const Run& how = {}) const;
    /// The same; anything but success is thrown. @throws Error as failure() says
    std::string ask(const std::vector<std::string>& arguments, const Run& how = {}) const;
    /// That a repository may be made where none is: no backup of this configuration has used one there, and the
    /// directory above is there. @throws Error not_found: it is away, a disk that is not mounted perhaps
    void require_first() const;
    /// The same before anything is made, as far as it shows without asking restic.
    void require_there_or_first() const;
    /// Makes the repository if there is none. @return true if it was made @throws Error as require_first()
    bool make_if_missing() const;
    /// Removes snapshots for good, and what only they held. Waits for backups of this host that are under way.
    /// @throws Error busy: another host works in the repository; and as failure() says
    void forget(const std::vector<std::string>& ids) const;
    /// While one lives no snapshot is forgotten by this host: restic would refuse, or be refused, and not wait.
    [[nodiscard]] UniqueFd hold() const;
    /// What restic complained of, as an Error of ours.
    [[nodiscard]] Error failure(const std::string& what, const Answer& answer) const;
    [[nodiscard]] const std::string& cache() const noexcept { return cache_; }

private:
    [[nodiscard]] Answer run_once(const std::vector<std::string>& arguments, const Run& how) const;
    [[nodiscard]] UniqueFd turn(int kind) const;
    [[nodiscard]] Program program(std::vector<std::string> arguments, const Run& how) const;
    Invocation& invocation_;
    std::string path_, location_, password_, cache_;
    std::vector<std::string> environment_, options_;
};

/// True if restic said that there is no repository; not if it could not look.
[[nodiscard]] bool no_repository(const Answer& answer);

}  // namespace jailctl::restic

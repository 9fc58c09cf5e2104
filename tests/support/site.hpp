#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "command.hpp"
#include "jailctl/sdk/value.hpp"
#include "jailctl/testing/scratch.hpp"
#include "leaks.hpp"

namespace jailctl::test {

/// A site: jails.conf with its own JAIL_HOME, STATE_DIR, RUN_DIR, LOG_FILE and ADDONS below one scratch directory, and
/// the installed jailctl run against it. NETWORK=none unless the test writes otherwise. Its end fails the test if a
/// mount, link, cgroup or process of jailctl is there that was not when it was made.
class Site {
public:
    /// @param jails  entries of JAILS: "a.test:192.0.2.1"  @param more  further lines of jails.conf
    explicit Site(const std::vector<std::string>& jails, const std::string& more = {});
    Site(const Site&) = delete;
    Site& operator=(const Site&) = delete;
    ~Site();
    /// Writes jails.conf anew.
    void configure(const std::vector<std::string>& jails, const std::string& more = {});

    /// jailctl --config <ours> args...
    Result jailctl(const std::vector<std::string>& args, const RunOptions& options = {}) const;
    /// The same with --json: the document on stdout. Fails the test if it is none.
    Value json(const std::vector<std::string>& args, const RunOptions& options = {}) const;

    [[nodiscard]] std::filesystem::path path() const { return scratch_.path(); }
    [[nodiscard]] std::filesystem::path home() const { return path() / "jails"; }
    [[nodiscard]] std::filesystem::path root(const std::string& jail) const { return home() / jail; }
    [[nodiscard]] std::filesystem::path state() const { return path() / "state"; }
    [[nodiscard]] std::filesystem::path run_dir() const { return path() / "run"; }
    [[nodiscard]] std::filesystem::path backups() const { return path() / "backups"; }
    [[nodiscard]] std::filesystem::path config() const { return path() / "jails.conf"; }
    /// Names beginning with ".jailctl-" or ending in ".partial" in JAIL_HOME and BACKUPDIR,
    /// and journals: must be empty.
    [[nodiscard]] std::vector<std::string> leftovers() const;

private:
    Scratch scratch_;
    Leaks leaks_{scratch_.path()};
};

/// A second configuration of the same jails in the same place, with a STATE_DIR and RUN_DIR of its own.
class OtherSite {
public:
    /// As `site` is configured now. @param more  further lines of its jails.conf
    explicit OtherSite(const Site& site, const std::string& more = {});
    Result jailctl(const std::vector<std::string>& args, const RunOptions& options = {}) const;
    [[nodiscard]] std::filesystem::path config() const { return config_; }

private:
    std::filesystem::path config_;
};

}  // namespace jailctl::test

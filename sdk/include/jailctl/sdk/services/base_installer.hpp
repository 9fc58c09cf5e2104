#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl {

/// Where a base goes: an empty staged root, filled only through the tree helper.
class JAILCTL_SDK_EXPORT BaseTarget {
public:
    virtual ~BaseTarget();
    /// Writes directories, files, links: "entries" of the tree helper's populate action. `files` by role for "source".
    /// @throws Error invalid: entries the helper does not take; no_space, io, interrupted
    virtual void populate(Value entries, std::vector<std::pair<std::string, int>> files) = 0;
    /// Unpacks a tar (plain, gzip, zstd, xz, bzip2) from the descriptor of a regular file.
    /// @param bytes_expected  size of the archive, for the progress; 0: unknown
    /// @throws Error damaged, invalid, no_space, io, interrupted
    virtual void unpack(int archive, std::uint64_t bytes_expected) = 0;
    /// For installers that bring their own tool (FreeBSD installworld): the absolute staging path.
    [[nodiscard]] virtual const std::filesystem::path& directory() const = 0;
};

/// Makes the base system of a new jail. Provider names are the schemes of BASE: "busybox", "archive", "debootstrap".
/// Every implementation passes jailctl/testing/base_installer.hpp.
class JAILCTL_SDK_EXPORT BaseInstaller : public Service {
public:
    static constexpr std::string_view id = "base-installer/1";
    ~BaseInstaller() override;
    /// Checks what follows "scheme:" before anything is made. @throws Error config, not_found, unsupported
    virtual void check(Invocation& invocation, const std::string& what) = 0;
    /// What follows "scheme:", for people: "FILE"; empty: nothing does.
    [[nodiscard]] virtual std::string_view takes() const noexcept;
    /// Bytes it will need on disk, roughly; 0 if it cannot know. @throws Error as check()
    [[nodiscard]] virtual std::uint64_t estimate(Invocation& invocation, const std::string& what) = 0;
    /// Installs into the empty target. A failure may leave a part: the caller removes the staging directory.
    /// @throws Error as check() and the target do; damaged: not what its checksum says; failed: a tool of its own;
    /// interrupted
    virtual void install(Invocation& invocation, const std::string& what, BaseTarget& target) = 0;
    /// Whether upgrade may install this base over an existing system ("debootstrap" says no: its
    /// package manager does it).
    [[nodiscard]] virtual bool can_upgrade() const noexcept = 0;
};

/// BASE of a jail, taken apart: "archive:/a.tar" is the installer "archive" and what "/a.tar".
struct BaseChoice {
    std::string text, what;
    BaseInstaller* installer;
};
/// @throws Error config: no installer of that name
[[nodiscard]] JAILCTL_SDK_EXPORT BaseChoice base_of(Invocation& invocation, const Jail& jail);
/// The same of a value of BASE.
[[nodiscard]] JAILCTL_SDK_EXPORT BaseChoice parse_base(Invocation& invocation, const std::string& text);

}  // namespace jailctl

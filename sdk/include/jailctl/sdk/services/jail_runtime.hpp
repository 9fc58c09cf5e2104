#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/process.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl {

/// A jail that runs, or whose record says so.
struct RunningJail {
    std::string name;
    int id = 0;                  ///< FreeBSD jid (jail_set(2)), or pid of init in the host's namespace
    std::filesystem::path root;
    std::int64_t started = 0;    ///< Unix time
    bool frozen = false;
    std::string problem;         ///< not empty: why status shows '?'
    bool copy = false;           ///< not the jail, but a copy of it that a command proves (StartRequest::root)
    std::string network{};       ///< how it joined the network: provider of Network ("routed", "host", ...)
    std::optional<std::vector<std::string>> addresses{};  ///< those it was started with; nothing if that is not known
};

/// Somebody whose processes run in a root that the records of this configuration know nothing of.
struct RootUser {
    std::string sentence;  ///< "jail a.test of /etc/other.conf runs from /jails/a.test"
    std::string hint;      ///< how he is stopped
};

/// How a jail is brought up.
struct StartRequest {
    std::filesystem::path root;  ///< empty: jail.root; else a staged one (upgrade's health check)
    bool network = true;         ///< false: no network whatever NETWORK says
    bool after_stop = false;     ///< for --dry-run: the steps of a start once the jail, which runs now, is stopped
    /// Set: becomes what the jail's init tells on once it is up; empty if it tells nothing.
    UniqueFd* readiness = nullptr;
};

/// Who a command inside a jail runs as: numbers of the jail's own. Not root: no capabilities either.
struct ExecUser {
    std::uint32_t uid = 0, gid = 0;
    std::vector<std::uint32_t> groups;     ///< supplementary ones
};

/// A command inside a running jail.
struct ExecRequest {
    std::vector<std::string> command;      ///< argv; searched in the jail's PATH
    std::vector<std::string> environment;  ///< added to the fixed one
    ExecUser user;                         ///< exec() alone
    std::string directory = "/";           ///< absolute, entered as that user; exec() alone
    bool terminal = false;                 ///< on a new pty of the jail's devpts, joined to our terminal
    /// Without a terminal: what it writes goes here; empty: to our own stdout and stderr, stdin from ours.
    std::function<void(std::string_view)> on_output;
    std::chrono::milliseconds timeout{0};
    std::function<void()> on_wait{};       ///< called every so often while it runs; without a terminal, exec() alone
    /// Set: gets why it could not be run, which is reported otherwise; exec() alone.
    std::optional<Error>* not_run = nullptr;
};

/// The processes of a jail stand still while this lives; the destructor lets them run.
class JAILCTL_SDK_EXPORT Freeze {
public:
    virtual ~Freeze();
    /// Lets them run again. @return false: they did before, because the limit passed; what was
    /// done meanwhile saw them run
    [[nodiscard]] virtual bool end() = 0;
};

/// Runs and stops jails on one kernel.
class JAILCTL_SDK_EXPORT JailRuntime : public Service {
public:
    static constexpr std::string_view id = "jail-runtime/1";
    ~JailRuntime() override;
    /// Brings `jail` up: root mounted, address configured, init running. A failure leaves nothing behind.
    /// @return handle > 0, as RunningJail::id
    /// @throws Error exists: already running; not_found: no such root; unsupported: this kernel or file system cannot
    virtual int start(Invocation& invocation, const Jail& jail, const StartRequest& request) = 0;
    /// Asks init to shut down in its own way, kills what is left after `grace`; returns when the cgroup is empty and
    /// mounts, link and rules are gone. A stopped jail: nothing. @throws Error busy: processes that cannot be killed
    virtual void stop(Invocation& invocation, const Jail& jail, std::chrono::seconds grace) = 0;
    /// The jail as it runs, or nothing if it is down: absence is an answer, not an error. Takes no lock.
    [[nodiscard]] virtual std::optional<RunningJail> find(const Configuration& configuration,
                                                          const JailName& jail) const = 0;
    /// Every jail with a live record, configured or not.
    [[nodiscard]] virtual std::vector<RunningJail> list(const Configuration& configuration) const = 0;
    /// Who else runs in that directory, a jail of another configuration or a process started in whatever way; `jail`
    /// itself, if it runs, is not meant, nor is a command that only reads or writes the tree (it may hold it:
    /// tree_hold.hpp). Takes no lock.
    [[nodiscard]] virtual std::optional<RootUser> find_user(const Configuration& configuration, const JailName& jail,
                                                            const std::filesystem::path& root) const = 0;
    /// @throws Error not_found: not running, or no such directory; invalid: an id the jail has not; denied; timeout
    virtual ExitStatus exec(Invocation& invocation, const Jail& jail, const ExecRequest& request) = 0;
    /// Runs one command as the only process tree of an unpublished root, with the isolation of start and its addresses
    /// up for as long as it runs; everything is taken down whatever happens.
    /// @param jail  not running
    /// @return how the command ended: success with --dry-run, which runs nothing
    /// @throws Error busy: it runs; damaged: its record; unsupported: this kernel or file system cannot; timeout: the
    /// command was ended; interrupted; or as Network::check and join do
    virtual ExitStatus run_once(Invocation& invocation, const Jail& jail, const std::filesystem::path& root,
                                const ExecRequest& request) = 0;
    /// Stops every process of the jail where it is, until thaw() or stop(); frozen already is success.
    /// @throws Error not_found: not running; busy: a jail of this name runs from another root; damaged: its record;
    /// timeout: not all of them stood still within ten seconds, and all run again
    virtual void freeze(Invocation& invocation, const Jail& jail) = 0;
    /// Lets them run again; not frozen is success. @throws Error as freeze()
    virtual void thaw(Invocation& invocation, const Jail& jail) = 0;
    /// Freezes the jail for as long as the result lives and no longer than `limit`: it runs again whatever becomes of
    /// this process, kill -9 included. Not for a jail that is frozen already. @throws Error as freeze(); io
    [[nodiscard]] virtual std::unique_ptr<Freeze> hold_still(Invocation& invocation, const Jail& jail,
                                                             std::chrono::milliseconds limit) = 0;
};

}  // namespace jailctl

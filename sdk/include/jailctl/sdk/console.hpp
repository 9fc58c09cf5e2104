#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl {

/// Progress of one long step: a bar on a terminal, a plain line now and then otherwise, nothing with --quiet.
/// It shows itself only once a second has passed. Ends with its destruction.
class JAILCTL_SDK_EXPORT Progress {
public:
    virtual ~Progress();
    /// `done` bytes of the total given at the start (total 0: unknown, only bytes and rate are shown).
    virtual void update(std::uint64_t done) = 0;
};

/// Everything a user sees passes through here: text, progress, questions, data for --json. Text is escaped on the way
/// out (escape_control), so names from a jail or an archive cannot steer a terminal. One console per worker process.
class JAILCTL_SDK_EXPORT Console {
public:
    virtual ~Console();
    /// Result text, on stdout (stderr with --json). A final newline is added. Suppressed by nothing.
    virtual void line(std::string_view text) = 0;
    /// Before something that is shown anew: on a terminal the screen is cleared, elsewhere nothing happens.
    virtual void clear() = 0;
    /// What is being done ("Starting jail x..."), on stdout (stderr with --json); not with --quiet.
    virtual void info(std::string_view text) = 0;
    /// Detail for --verbose, on stderr.
    virtual void verbose(std::string_view text) = 0;
    /// Something the user should know though it stops nothing, on stderr: "warning: ...".
    virtual void warn(std::string_view text) = 0;
    /// A failure that does not end the command (an after-hook): "error: ..." with its hint, in JSON's errors too.
    virtual void error(const Error& error) = 0;
    /// Verbatim bytes on stdout: `backup JAIL -`. Never escaped; refused (usage) when stdout is a terminal.
    [[nodiscard]] virtual int raw_output() = 0;

    /// Begins to show how a long step gets on; the console outlives the result. @param what  "restoring web"
    /// @param total_bytes  0: unknown
    [[nodiscard]] virtual std::unique_ptr<Progress> progress(std::string_view what, std::uint64_t total_bytes) = 0;

    /// The same for a wait that may take long and that nothing measures: on a terminal how long it has been, elsewhere
    /// nothing. update() it every so often. @param what  "waiting for web"
    [[nodiscard]] virtual std::unique_ptr<Progress> waiting(std::string_view what) = 0;

    /// True if questions can be asked: stdin and stderr are terminals and --batch was not given.
    [[nodiscard]] virtual bool can_ask() const = 0;
    /// Yes or no; "no" is the default. @throws Error usage: cannot ask
    [[nodiscard]] virtual bool confirm(std::string_view question) = 0;
    /// One line without echo. @throws Error usage: cannot ask; interrupted
    [[nodiscard]] virtual std::string ask_secret(std::string_view prompt) = 0;

    /// Adds a member to the JSON object of the command (or, in a worker, of this jail). Nothing without --json.
    virtual void data(std::string_view key, Value value) = 0;
    [[nodiscard]] virtual bool json() const = 0;
};

}  // namespace jailctl

#include "script.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <memory>

#include "containment.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/process.hpp"
#include "jailctl/sdk/text.hpp"
#include "output.hpp"

namespace jailctl::scripts {

namespace fs = std::filesystem;

namespace {

/// Without any symbolic link. open_trusted has been through it: nobody but root can change what it means.
std::string real_path(const std::string& path) {
    const std::unique_ptr<char, void (*)(void*)> resolved(::realpath(path.c_str(), nullptr), std::free);
    if (!resolved) throw_errno("cannot resolve " + escape_name(path));
    return resolved.get();
}

/// A jail's root looks trustworthy (its files are owned by the jail's own ids, 0 among them), so what lies in one is
/// recognised by the directories above it, compared as device and inode.
void require_outside_roots(const Configuration& configuration, const std::string& path) {
    for (const auto& jail : configuration.jails) {
        struct stat root{}, above{};
        if (::stat(jail.root.c_str(), &root) != 0) continue;
        for (auto directory = fs::path(path).parent_path();; directory = directory.parent_path()) {
            if (::stat(directory.c_str(), &above) == 0 && above.st_dev == root.st_dev && above.st_ino == root.st_ino) {
                throw Error(Errc::denied, escape_name(path) + " lies in the root of jail " + jail.name.text())
                    .with_hint("scripts run on the host as root: keep them where no jail can write");
            }
            if (directory == directory.root_path()) break;
        }
    }
}

/// @return the path to execute
std::string checked(const Configuration& configuration, const std::string& path) {
    const auto fd = open_trusted(path, Trust::root);
    struct stat found{};
    if (::fstat(fd.get(), &found) != 0) throw_errno("cannot examine " + escape_name(path));
    if (!S_ISREG(found.st_mode)) throw Error(Errc::denied, escape_name(path) + " is no regular file");
    if ((found.st_mode & S_IXUSR) == 0) {
        throw Error(Errc::denied, escape_name(path) + " is not executable").with_hint("chmod u+x " + escape_name(path));
    }
    const auto real = real_path(path);
    require_outside_roots(configuration, path);  // a link in a root would let the jail choose a program of the host
    require_outside_roots(configuration, real);
    return real;
}

std::chrono::seconds time_limit(const Moment& moment) {
    const auto& own = moment.jail().settings["HOOK_TIMEOUT"].text;
    const auto& text = own.empty() ? moment.invocation().configuration().settings["HOOK_TIMEOUT"].text : own;
    return std::chrono::seconds(text.empty() ? 60 : parse_seconds(text));
}

/// Unique among the hooks that run now: our pid, and a counter for those of one process.
std::string containment_name() {
    static std::atomic<unsigned> count{0};
    return "hook-" + std::to_string(::getpid()) + "-" + std::to_string(++count);
}

}  // namespace

void check_paths(const std::string& value) {
    for (const auto& word : split_words(value)) {
        const fs::path path(word);
        bool upward = false;
        for (const auto& part : path) upward = upward || part == "..";
        if (!path.is_absolute() || upward) {
            throw Error(Errc::invalid, "'" + escape_name(word) + "' is no absolute path of a script");
        }
    }
}

void run_script(const Moment& moment, const std::string& path) {
    auto& invocation = moment.invocation();
    const auto real = checked(invocation.configuration(), path);
    if (invocation.options().dry_run) {
        invocation.console().line("would run " + moment.variable + " script " + path);
        return;
    }
    LineOutput output(fs::path(path).filename().string(), [&](const std::string& line) { invocation.console().info(line); });
    Containment containment(containment_name());
    Program program;
    program.path = real;
    program.arguments = arguments_of(moment);
    program.environment = environment_of(moment);
    program.input = document_of(moment);
    program.timeout = time_limit(moment);
    program.on_output = [&](std::string_view chunk) { output.take(chunk); };
    program.on_start = [&](int pid) { containment.add(pid); };
    ExitStatus status;
    try {
        status = run(program);
    } catch (const Error&) {  // time-out or interruption: nothing it started goes on
        output.end();
        containment.kill_all();
        throw;
    }
    output.end();
    if (!status.ok()) throw Error(Errc::failed, escape_name(path) + " " + status.text());
}

}  // namespace jailctl::scripts

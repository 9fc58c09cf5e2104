#include "repository.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>
#include <filesystem>

#include "damage.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/lines.hpp"
#include "jailctl/sdk/state.hpp"
#include "jailctl/sdk/text.hpp"
#include "known.hpp"
#include "output.hpp"

namespace jailctl::restic {
namespace {

constexpr std::size_t errors_kept = 16384;
constexpr std::size_t most_output = 64U << 20U;
constexpr auto time_to_unlock = std::chrono::seconds(20);  // over a slow line

/// The lines of a file as "NAME=value", for what only the environment can tell restic: keys of S3 and others.
std::vector<std::string> environment_in(const std::string& file) {
    const UniqueFd opened = open_trusted(file, Trust::root);
    const std::string text = read_all(opened.get(), 1 << 16, file);
    std::vector<std::string> found;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string line = text.substr(at, end - at);
        at = end + 1;
        if (line.empty() || line.front() == '#') continue;
        if (line.find('=') == std::string::npos || line.find('=') == 0 || line.starts_with("LD_"))
            throw Error(Errc::config, file + " has a line that is not NAME=value");
        found.push_back(line);
    }
    return found;
}

std::string without_slash(std::string path) {
    if (path.size() > 1 && path.ends_with('/')) path.pop_back();
    return path;
}

/// A disk that was full, or a sync that was cut short: restic ends in a panic then.
bool is_empty_file(const std::filesystem::path& file) {
    std::error_code failed;
    return std::filesystem::is_regular_file(file, failed) && std::filesystem::file_size(file, failed) == 0 && !failed;
}

bool locked(const Answer& answer) { return answer.errors.find("already locked") != std::string::npos; }

}  // namespace

void require_private(const std::string& file) {
    const UniqueFd opened = open_trusted(file, Trust::root);
    struct stat facts{};
    if (::fstat(opened.get(), &facts) != 0) throw_errno("cannot look at " + file);
    if ((facts.st_mode & 077) != 0)
        throw Error(Errc::denied, file + " can be read by others, and it holds the repository's password")
            .with_hint("chmod 600 " + shell_word(file));
}

Repository::Repository(Invocation& invocation, const Settings& settings) : invocation_(invocation) {
    location_ = settings["RESTIC_REPOSITORY"].text;
    if (local()) location_ = without_slash(std::filesystem::path(location_).lexically_normal().string());
    if (location_.empty())
        throw Error(Errc::config, "BACKUP_BACKEND=restic needs RESTIC_REPOSITORY, which is not set")
            .with_hint(
                "RESTIC_REPOSITORY=/srv/backups, or s3:https://host/bucket, sftp:user@host:/path, rest:https://host/");
    password_ = settings["RESTIC_PASSWORD_FILE"].text;
    if (password_.empty())
        throw Error(Errc::config, "BACKUP_BACKEND=restic needs RESTIC_PASSWORD_FILE, which is not set")
            .with_hint("write the repository's password into a file of root's, mode 600, and name it there");
    require_private(password_);
    path_ = find_program("restic");
    if (path_.empty())
        throw Error(Errc::unsupported, "restic is not installed").with_hint("apt-get install restic");
    if (local()) (void)find_trusted(location_, Trust::root, O_DIRECTORY);
    const auto& configuration = invocation.configuration();
    cache_ = (configuration.path("STATE_DIR") / "restic-cache").string();
    environment_ = {"RESTIC_REPOSITORY=" + location_, "RESTIC_PASSWORD_FILE=" + password_, "RESTIC_CACHE_DIR=" + cache_,
                    "HOME=/root", "TZ=UTC", "LANG=C.UTF-8", "RESTIC_PROGRESS_FPS=1"};
    if (const auto& file = settings["RESTIC_ENVIRONMENT_FILE"].text; !file.empty())
        for (auto& line : environment_in(file)) environment_.push_back(std::move(line));
    for (const auto& [name, value] : split_assignments(settings["RESTIC_OPTIONS"].text)) {
        options_.emplace_back("-o");
        options_.push_back(name + "=" + value);
    }
}

Program Repository::program(std::vector<std::string> arguments, const Run& how) const {
    Program program;
    program.path = path_;
    program.arguments = options_;
    for (auto& argument : arguments) program.arguments.push_back(std::move(argument));
    program.environment = environment_;
    program.stop_signal = SIGINT;
    program.stop_grace = time_to_unlock;
    program.dies_with_us = true;
    program.mounts = how.mounts;
    program.read_only_host = how.read_only_host;
    program.directory = how.directory;
    return program;
}

Answer Repository::run_once(const std::vector<std::string>& arguments, const Run& how) const {
    (void)make_private_directory(cache_);  // not before something is run: `config check` looks only
    Answer answer;
    Program restic = program(arguments, how);
    const bool kept = !how.on_line && how.stdout_fd < 0;
    const UniqueFd memory = kept ? bounded_memory(most_output) : UniqueFd{};
    const auto keep = [&](std::string_view text) {
        answer.errors += text;
        if (answer.errors.size() > errors_kept) answer.errors.erase(0, answer.errors.size() - errors_kept);
    };
    LineCutter lines(most_output);
    const auto on_line = [&](std::string_view line) {
        if (line.starts_with('{')) how.on_line(line);
        else keep(std::string(line) + "\n");
    };
    restic.on_output = keep;
    if (how.on_line) restic.on_output = [&](std::string_view chunk) { lines.add(chunk, on_line); };
    else restic.stdout_fd = how.stdout_fd >= 0 ? how.stdout_fd : memory.get();
    answer.status = jailctl::run(restic);
    lines.finish(on_line);
    if (kept) answer.out = written_to(memory.get(), most_output);
    return answer;
}

Answer Repository::run(const std::vector<std::string>& arguments, const Run& how) const {
    Answer answer = run_once(arguments, how);
    if (answer.status.ok() || !locked(answer)) return answer;
    // Only locks of processes that are gone, or that gave no sign for half an hour.
    if (!run_once({"unlock"}, {}).status.ok()) return answer;
    return run_once(arguments, how);
}

bool Repository::read_only() const noexcept {
    return local() && ::faccessat(AT_FDCWD, location_.c_str(), W_OK, AT_EACCESS) != 0 && errno == EROFS;
}

std::string Repository::shown() const {
    const auto begin = location_.find("://");
    if (begin == std::string::npos) return location_;
    const auto at = location_.rfind('@', location_.find('/', begin + 3)), colon = location_.find(':', begin + 3);
    if (at == std::string::npos || colon >= at) return location_;
    return location_.substr(0, colon) + location_.substr(at);
}

std::string Repository::ask(const std::vector<std::string>& arguments, const Run& how) const {
    const std::string what = "restic " + arguments.front();
    Answer answer = run(arguments, how);
    if (!answer.status.ok()) throw failure(what, answer);
    return std::move(answer.out);
}

namespace {

/// restic says so of whatever keeps it from reading the first file of a repository, a network that is down included.
bool not_opened(const Answer& answer) {
    return answer.errors.find("Is there a repository at the following location") != std::string::npos;
}

}  // namespace

bool no_repository(const Answer& answer) {
    if (!not_opened(answer)) return false;
    std::string line = last_said(answer.errors);  // as the system, or the service far away, has it
    std::ranges::transform(line, line.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return std::ranges::any_of(std::array{"no such file", "not exist", "n't exist", "not found"},
                               [&](const char* absent) { return line.find(absent) != std::string::npos; });
}

void Repository::require_first() const {
    const auto& configuration = invocation_.configuration();
    const std::string none = "there is no restic repository at " + escape_name(shown());
    if (is_known(configuration, shown()))
        throw Error(Errc::not_found, none + ", where this host has kept backups")
            .with_hint(std::string(local() ? "mount the disk it is on" : "see what became of it") +
                       "; if it is gone for good, 'restic -r " + shell_word(shown()) + " -p " + shell_word(password_) +
                       " init' makes a new one");
    const auto above = std::filesystem::path(location_).parent_path();
    if (!local() || find_trusted(above, Trust::root, O_DIRECTORY)) return;
    throw Error(Errc::not_found, none + ", nor the directory " + escape_name(above.string()) + " to make one in")
        .with_hint("mount the disk it is on, or make that directory");
}

void Repository::require_there_or_first() const {
    std::error_code unreadable;
    if (local() && !std::filesystem::exists(std::filesystem::path(location_) / "config", unreadable) && !unreadable)
        require_first();
}

Error Repository::failure(const std::string& what, const Answer& answer) const {
    const auto says = [&](const char* text) { return answer.errors.find(text) != std::string::npos; };
    const std::string line = escape_name(last_said(answer.errors));
    const std::string text = what + ": " + (line.empty() ? answer.status.text() : line);
    if (local() && is_empty_file(std::filesystem::path(location_) / "config"))
        return Error(Errc::io,
                     what + ": the file config of the restic repository at " + escape_name(shown()) + " is empty")
            .with_hint("put it back from a copy of the repository: its keys open nothing without it");
    if (no_repository(answer)) return {Errc::not_found, "there is no restic repository at " + escape_name(shown())};
    if (says("wrong password")) return Error(Errc::denied, text).with_hint("look at RESTIC_PASSWORD_FILE");
    if (locked(answer)) return Error(Errc::busy, text).with_hint("try again once the other command has ended");
    if (says("no matching ID") || says("no snapshot found")) return {Errc::not_found, text};
    if (says("no space left on device")) return {Errc::no_space, text};
    return {Errc::io, text};
}

UniqueFd Repository::turn(int kind) const {
    UniqueFd lock = make_private_directory(cache_);
    lock = UniqueFd(::openat(lock.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!lock) throw_errno("cannot open " + cache_);
    while (::flock(lock.get(), kind) != 0) {
        if (errno != EINTR) throw_errno("cannot lock " + cache_);
        Interrupt::check();
    }
    return lock;
}

UniqueFd Repository::hold() const { return turn(LOCK_SH); }

void Repository::forget(const std::vector<std::string>& ids) const {
    const UniqueFd alone = turn(LOCK_EX);
    std::vector<std::string> arguments{"forget", "--prune"};
    arguments.insert(arguments.end(), ids.begin(), ids.end());
    (void)ask(arguments);
}

bool Repository::make_if_missing() const {
    const UniqueFd lock = StateDirectory::lasting(invocation_.configuration()).open("restic");
    if (::flock(lock.get(), LOCK_EX) != 0) throw_errno("cannot lock the making of the repository");
    const Answer answer = run({"cat", "config", "--quiet"});
    const auto& configuration = invocation_.configuration();
    if (answer.status.ok()) {
        note_known(configuration, shown());
        return false;
    }
    if (no_repository(answer)) require_first();
    else if (!not_opened(answer) || is_known(configuration, shown())) throw failure("restic cat config", answer);
    (void)ask({"init"});
    note_known(configuration, shown());
    invocation_.console().info("Made the restic repository " + shown() +
                               ": whoever loses its password loses the backups");
    return true;
}

}  // namespace jailctl::restic

#include "base_debootstrap.hpp"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/process.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree.hpp"
#include "jailctl/sdk/views.hpp"

namespace jailctl::create {

namespace {

// Debian 12 minbase: 170 MB as files, and as much again as the tar they come from; mmdebstrap's own tree, with packages and
// lists in it, is gone before the tar is unpacked, and larger than what comes out.
constexpr std::uint64_t minbase_bytes = 500'000'000;
constexpr int look_ms = 200;
constexpr std::size_t report_cap = 256U << 10U;
constexpr const char* program_name = "mmdebstrap";

bool all_of(std::string_view text, std::string_view allowed) {
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               allowed.find(c) != std::string_view::npos;
    });
}

std::string installed_program() {
    std::string path = find_program(program_name);
    if (path.empty()) {
        throw Error(Errc::not_found, "BASE=debootstrap needs mmdebstrap, which is not installed")
            .with_hint("install mmdebstrap");
    }
    return path;
}

// What the program says on stderr: a file without a name, so that it can neither block nor be left behind.
struct Report {
    std::unique_ptr<FILE, int (*)(FILE*)> file{std::tmpfile(), &std::fclose};

    Report() {
        if (!file) throw_errno("cannot make a temporary file");
        (void)::fcntl(fd(), F_SETFD, FD_CLOEXEC);
    }
    [[nodiscard]] int fd() const { return ::fileno(file.get()); }
    [[nodiscard]] std::string text() const {
        std::string text(report_cap, '\0');
        const ssize_t count = ::pread(fd(), text.data(), text.size(), 0);
        text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return text;
    }
};

/// The staging directory, empty until the tar is unpacked, is its /tmp: what it leaves there when it is killed goes with the
/// staging directory, by the undo of create. And apt's own user reaches it there, which gets past no directory above it.
UniqueFd own_tmp(const BaseTarget& target) {
    const UniqueFd directory = Rootfs::open(target.directory()).open_directory("");
    if (::fchmod(directory.get(), 0755) != 0) throw_errno("cannot set the mode of " + target.directory().string());
    return directory_mount(directory.get());
}

/// What helpers of its programs had no time to remove when they were killed with it.
void clear(const BaseTarget& target) {
    const Rootfs root = Rootfs::open(target.directory());
    if (root.empty()) return;
    TreeJob job;
    job.action = "remove";
    job.arguments = Value::object();
    job.root = root.fd();
    (void)run_tree(job);
}

/// It starts apt, dpkg and many more, and ends none of them when it is told to end: so it is enclosed.
Program bootstrap(const DebianWord& word, int out, int tmp) {
    Program program;
    program.path = installed_program();
    program.arguments = {"--variant=minbase", "--format=tar"};
    if (!word.packages.empty()) program.arguments.push_back("--include=" + word.packages);
    program.arguments.insert(program.arguments.end(), {word.suite, "-"});
    if (!word.mirror.empty()) program.arguments.push_back(word.mirror);
    program.environment = {"LC_ALL=C.UTF-8", "HOME=/root"};
    program.stdout_fd = out;
    program.enclosed = true;
    program.mounts = {{tmp, "/tmp"}};
    return program;
}

// Waits for the end of the program, showing how much it has written. Leaving by an exception kills it.
ExitStatus wait_for(Invocation& invocation, ChildProcess& child, int tar, const std::string& suite) {
    const auto progress = invocation.console().progress("making Debian " + suite, 0);
    for (;;) {
        pollfd wait[] = {{child.handle(), POLLIN, 0}, {Interrupt::fd(), POLLIN, 0}};
        (void)::poll(wait, 2, look_ms);
        if (wait[0].revents != 0) return child.wait();
        Interrupt::check();
        struct stat written {};
        if (::fstat(tar, &written) == 0) progress->update(static_cast<std::uint64_t>(written.st_size));
    }
}

}  // namespace

namespace {

std::string_view without_margin(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    return line;
}

void take_mirror(const std::string& word, const std::string& part, DebianWord& out) {
    const bool known = part.starts_with("http://") || part.starts_with("https://") || part.starts_with("file:///") ||
                       part.starts_with("copy:///");
    if (!out.mirror.empty() || !known || !all_of(part, "-._+/:@%~[]"))
        throw Error(Errc::config, "BASE=debootstrap:" + word + ": '" + part + "' is no mirror")
            .with_hint("a mirror begins with http://, https://, file:/// or copy:///, and there is one");
    if (part.starts_with("http") && part.substr(0, part.find('/', part.find("://") + 3)).find('@') != std::string::npos)
        throw Error(Errc::config, "BASE=debootstrap: a mirror is given with a user or password, which everybody on the host "
                                  "could read in the list of processes")
            .with_hint("leave it out: use a mirror, or a proxy of apt's, that asks for none");
    if (part.find("///tmp/") != std::string::npos)
        throw Error(Errc::config, "BASE=debootstrap:" + word + ": mmdebstrap has a /tmp of its own, in which no mirror is")
            .with_hint("keep the mirror elsewhere");
    out.mirror = part;
}

/// Names of packages as Debian's policy has them (5.6.1), which hold no comma.
void take_package(const std::string& word, const std::string& part, DebianWord& out) {
    if (part.empty() || !all_of(part, "-.+") || !all_of(part.substr(0, 1), ""))
        throw Error(Errc::config, "BASE=debootstrap:" + word + ": '" + part + "' is no mirror, and no package")
            .with_hint("write BASE=debootstrap:bookworm,systemd-sysv,dbus or BASE=debootstrap:bookworm,http://deb.debian.org/debian");
    out.packages += (out.packages.empty() ? "" : ",") + part;
}

}  // namespace

std::string why_no_debian(std::string_view report) {
    // What apt could not fetch, with the reason on the line below; else the first error; else the last line.
    const auto line = [&](std::size_t from) { return report.substr(from, report.find('\n', from) - from); };
    const auto after = [&](std::string_view mark) {
        const auto found = report.starts_with(mark) ? 0 : report.find("\n" + std::string(mark));
        return found == 0 || found == report.npos ? found : found + 1;
    };
    while (!report.empty() && (report.back() == '\n' || report.back() == ' ')) report.remove_suffix(1);
    if (const auto fetch = after("Err:"); fetch != report.npos) {
        const auto below = fetch + line(fetch).size() + 1;
        if (const auto url = line(fetch).find(' '); url != report.npos && below < report.size())
            return escape_name(line(fetch).substr(url + 1)) + ": " + escape_name(without_margin(line(below)));
    }
    if (const auto error = after("E: "); error != report.npos) return escape_name(line(error).substr(3));
    return escape_name(line(report.rfind('\n') + 1));
}

DebianWord parse_debian_word(const std::string& word) {
    auto comma = word.find(',');
    DebianWord out{word.substr(0, comma), {}, {}};
    if (out.suite.empty() || out.suite.front() == '-' || !all_of(out.suite, "-._+")) {
        throw Error(Errc::config, "BASE=debootstrap:" + word + ": '" + out.suite + "' is no suite of Debian")
            .with_hint("write BASE=debootstrap:bookworm or BASE=debootstrap:bookworm,http://deb.debian.org/debian");
    }
    while (comma != std::string::npos) {
        const auto begin = comma + 1;
        comma = word.find(',', begin);
        const std::string part = word.substr(begin, comma == std::string::npos ? comma : comma - begin);
        if (part.find("://") != std::string::npos) take_mirror(word, part, out);
        else take_package(word, part, out);
    }
    return out;
}

void DebootstrapBase::check(Invocation&, const std::string& what) {
    (void)parse_debian_word(what);
    (void)installed_program();
}

std::uint64_t DebootstrapBase::estimate(Invocation&, const std::string&) { return minbase_bytes; }

void DebootstrapBase::install(Invocation& invocation, const std::string& what, BaseTarget& target) {
    const auto word = parse_debian_word(what);
    // The unpacker takes regular files alone: a file without a name, beside the staging directory, which nobody can
    // leave.
    const UniqueFd beside{::open(target.directory().parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!beside) throw_errno("cannot open " + target.directory().parent_path().string());
    const UniqueFd tar = unnamed_file(beside.get(), ".jailctl-base." + std::to_string(::getpid()));
    const UniqueFd tmp = own_tmp(target);
    const Report report;
    ChildProcess child = spawn(bootstrap(word, tar.get(), tmp.get()), report.fd());
    const ExitStatus status = wait_for(invocation, child, tar.get(), word.suite);
    if (!status.ok()) {
        throw Error(Errc::failed, "mmdebstrap " + word.suite + " " + status.text() + ": " + why_no_debian(report.text()))
            .with_hint("see whether the mirror is within reach of this host and has that suite and those packages");
    }
    clear(target);
    const off_t size = ::lseek(tar.get(), 0, SEEK_END);
    if (size < 0 || ::lseek(tar.get(), 0, SEEK_SET) != 0) throw_errno("cannot go back to the beginning of the tar");
    target.unpack(tar.get(), static_cast<std::uint64_t>(size));
}

}  // namespace jailctl::create

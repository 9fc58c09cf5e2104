#include "mmdebstrap.hpp"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/process.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::create {

namespace {

constexpr int look_ms = 200;
constexpr std::size_t report_cap = 256U << 10U;

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

/// It starts apt, dpkg and many more, and ends none of them when it is told to end: so it is enclosed.
Program bootstrap(const DebianWord& word, int out, int tmp) {
    Program program;
    program.path = installed_mmdebstrap();
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

std::string_view without_margin(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    return line;
}

}  // namespace

std::string installed_mmdebstrap() {
    std::string path = find_program("mmdebstrap");
    if (path.empty()) {
        throw Error(Errc::not_found, "BASE=debootstrap needs mmdebstrap, which is not installed")
            .with_hint("install mmdebstrap");
    }
    return path;
}

void run_mmdebstrap(Invocation& invocation, const DebianWord& word, int out, int tmp) {
    const Report report;
    ChildProcess child = spawn(bootstrap(word, out, tmp), report.fd());
    const ExitStatus status = wait_for(invocation, child, out, word.suite);
    if (status.ok()) return;
    throw Error(Errc::failed, "mmdebstrap " + word.suite + " " + status.text() + ": " + why_no_debian(report.text()))
        .with_hint("see whether the mirror is within reach of this host and has that suite and those packages");
}

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

}  // namespace jailctl::create

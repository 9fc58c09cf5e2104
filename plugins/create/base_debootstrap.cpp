#include "base_debootstrap.hpp"

#include <algorithm>
#include <cstdio>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/process.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::create {

namespace {

// Debian 12 minbase: 170 MB, and the package lists while it is made.
constexpr std::uint64_t minbase_bytes = 300'000'000;
constexpr int grace_ms = 10'000;  // mmdebstrap removes its own scratch directory when told to end
constexpr std::size_t report_tail = 4096;
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
    // The last line that is not empty.
    [[nodiscard]] std::string last_line() const {
        const off_t size = ::lseek(fd(), 0, SEEK_END);
        const off_t from = std::max<off_t>(0, size - static_cast<off_t>(report_tail));
        std::string tail(report_tail, '\0');
        const ssize_t count = ::pread(fd(), tail.data(), tail.size(), from);
        tail.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        while (!tail.empty() && (tail.back() == '\n' || tail.back() == ' ')) tail.pop_back();
        return escape_name(tail.substr(tail.rfind('\n') + 1));
    }
};

Program bootstrap(const DebianWord& word, int out) {
    Program program;
    program.path = installed_program();
    program.arguments = {"--variant=minbase", "--format=tar", "--quiet", word.suite, "-"};
    if (!word.mirror.empty()) program.arguments.push_back(word.mirror);
    program.environment = {"LC_ALL=C.UTF-8", "HOME=/root"};
    program.stdout_fd = out;
    return program;
}

// Ends a program whose tar nobody wants any more, with time to clean up; its owner kills it after that.
void end_gently(ChildProcess& child) {
    child.kill(SIGTERM);
    pollfd wait{child.handle(), POLLIN, 0};
    (void)::poll(&wait, 1, grace_ms);
}

}  // namespace

DebianWord parse_debian_word(const std::string& word) {
    const auto comma = word.find(',');
    DebianWord out{word.substr(0, comma), comma == std::string::npos ? "" : word.substr(comma + 1)};
    if (out.suite.empty() || out.suite.front() == '-' || !all_of(out.suite, "-._+")) {
        throw Error(Errc::config, "BASE=debootstrap:" + word + ": '" + out.suite + "' is no suite of Debian")
            .with_hint("write BASE=debootstrap:bookworm or BASE=debootstrap:bookworm,http://deb.debian.org/debian");
    }
    const bool known = out.mirror.starts_with("http://") || out.mirror.starts_with("https://") ||
                       out.mirror.starts_with("file:///") || out.mirror.starts_with("copy:///");
    if (comma != std::string::npos && (!known || !all_of(out.mirror, "-._+/:@%~[]"))) {
        throw Error(Errc::config, "BASE=debootstrap:" + word + ": '" + out.mirror + "' is no mirror")
            .with_hint("a mirror begins with http://, https://, file:/// or copy:///");
    }
    return out;
}

void DebootstrapBase::check(Invocation&, const std::string& what) {
    (void)parse_debian_word(what);
    (void)installed_program();
}

std::uint64_t DebootstrapBase::estimate(Invocation&, const std::string&) { return minbase_bytes; }

void DebootstrapBase::install(Invocation&, const std::string& what, BaseTarget& target) {
    const auto word = parse_debian_word(what);
    const Report report;
    Pipe tar = make_pipe();
    ChildProcess child = spawn(bootstrap(word, tar.write.get()), report.fd());
    tar.write.reset();
    std::optional<Error> failure;
    try {
        target.unpack(tar.read.get(), 0);
    } catch (const Error& error) {
        failure = error;
    }
    tar.read.reset();  // a program that still writes ends by SIGPIPE
    if (failure && failure->code() == Errc::interrupted) {
        end_gently(child);
        throw *failure;
    }
    const ExitStatus status = child.wait();
    // A program that failed is the cause, the cut tar its effect; one that died of our closed pipe is the effect.
    if (!status.ok() && (!failure || status.signal != SIGPIPE)) {
        throw Error(Errc::failed, "mmdebstrap " + word.suite + " " + status.text() + ": " + report.last_line());
    }
    if (failure) throw *failure;
}

}  // namespace jailctl::create

#include "program.hpp"

#include <cerrno>
#include <fcntl.h>
#include <linux/memfd.h>
#include <string_view>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/text.hpp"

#ifndef F_SEAL_EXEC
#define F_SEAL_EXEC 0x0020
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

namespace jailctl::lifecycle {
namespace {

constexpr std::string_view search_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// A copy of jail-init in memory that nobody can change: inside, /proc/1/exe leads to it and not to the host's file.
UniqueFd sealed_jail_init() {
    const std::string path = (install_paths().libexec / "jail-init").string();
    const UniqueFd file = open_trusted(path, Trust::root);
    UniqueFd copy{::memfd_create("jail-init", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC)};
    if (!copy && errno == EINVAL) copy = UniqueFd{::memfd_create("jail-init", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
    if (!copy) throw_errno("cannot make a copy of jail-init in memory");
    struct stat info {};
    if (::fstat(file.get(), &info) != 0) throw_errno("cannot look at " + path);
    for (off_t left = info.st_size; left > 0;) {
        const ssize_t sent = ::sendfile(copy.get(), file.get(), nullptr, static_cast<std::size_t>(left));
        if (sent <= 0) throw_errno("cannot copy " + path);
        left -= sent;
    }
    const int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
    if (::fcntl(copy.get(), F_ADD_SEALS, seals | F_SEAL_EXEC) != 0 && ::fcntl(copy.get(), F_ADD_SEALS, seals) != 0)
        throw_errno("cannot seal the copy of jail-init");
    return copy;
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> list;
    list.reserve(texts.size() + 1);
    for (const auto& text : texts) list.push_back(const_cast<char*>(text.c_str()));
    list.push_back(nullptr);
    return list;
}

std::string_view path_in(const std::vector<std::string>& environment) {
    constexpr std::string_view name = "PATH=";
    for (const auto& variable : environment)
        if (variable.starts_with(name)) return std::string_view(variable).substr(name.size());
    return search_path;
}

std::string hint_of(const std::string& name, int error) {
    if (error == EACCES) return "it must be a file, executable ('chmod +x') for who runs it";
    if (error == ENOEXEC) return "it is no program for this machine, nor a script that begins with #! and what runs it";
    if (error == ENOENT && name.find('/') != std::string::npos)
        return "if it is there, what runs it is not: the program after its #!, or its dynamic loader";
    return {};
}

[[noreturn]] void cannot_run(const std::string& name, int error) {
    const bool absent = error == ENOENT || error == ENOTDIR;
    Error why(absent ? Errc::not_found : Errc::denied, "cannot run " + escape_name(name) + " in the jail",
              std::error_code(error, std::generic_category()));
    throw CannotRun(absent ? 127 : 126, std::move(why.with_hint(hint_of(name, error))));
}

}  // namespace

std::vector<std::string> jail_environment() {
    return {"PATH=" + std::string(search_path), "HOME=/root", "container=jailctl"};
}

void add_environment(JailProgram& program, const std::vector<std::string>& variables) {
    for (const auto& variable : variables) {
        const auto name = variable.substr(0, variable.find('=') + 1);
        std::erase_if(program.environment, [&](const std::string& other) { return other.starts_with(name); });
        program.environment.push_back(variable);
    }
}

JailProgram choose_init(const Rootfs& root, const Settings& settings) {
    JailProgram program{split_words(settings["START_COMMAND"].text), jail_environment(), {}};
    if (!program.arguments.empty()) return program;
    for (const std::string init : {"sbin/init", "usr/sbin/init"})  // where /sbin is a link, only the second is found
        if (root.exists(init)) {
            program.arguments = {"/" + init};
            return program;
        }
    program.arguments = {"init", "boot"};
    program.image = sealed_jail_init();
    return program;
}

void require_something_to_run(const Rootfs& root, const std::string& path) {
    if (root.exists("etc/rc")) return;
    for (std::string_view rest = search_path; !rest.empty();) {
        const auto end = std::min(rest.find(':'), rest.size());
        if (!root.empty(std::string(rest.substr(1, end - 1)))) return;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    throw Error(Errc::not_found, "there is no system in " + escape_name(path) +
                                     ": no init, no /etc/rc, and no program in /bin, "
                                     "/usr/bin or another directory of programs")
        .with_hint("look whether it is the right directory, or set START_COMMAND to the program it is to run");
}

JailProgram jail_init_for(const std::vector<std::string>& command) {
    JailProgram program{{"init", "run"}, jail_environment(), sealed_jail_init()};
    program.arguments.insert(program.arguments.end(), command.begin(), command.end());
    return program;
}

void become(const JailProgram& program) {
    const auto arguments = pointers(program.arguments), environment = pointers(program.environment);
    const std::string& name = program.arguments.front();
    if (program.image) {
        ::syscall(SYS_execveat, program.image.get(), "", arguments.data(), environment.data(), AT_EMPTY_PATH);
        cannot_run("jail-init", errno);
    }
    if (name.find('/') != std::string::npos) {
        ::execve(name.c_str(), arguments.data(), environment.data());
        cannot_run(name, errno);
    }
    int error = ENOENT;
    for (std::string_view rest = path_in(program.environment); !rest.empty();) {
        const auto end = std::min(rest.find(':'), rest.size());
        const std::string candidate = std::string(rest.substr(0, end)) + "/" + name;
        ::execve(candidate.c_str(), arguments.data(), environment.data());
        if (errno != ENOENT && errno != ENOTDIR) error = errno;  // there is one, but it cannot be run: keep looking
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    cannot_run(name, error);
}

}  // namespace jailctl::lifecycle

#include "sysctl.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {

namespace {

UniqueFd open_sysctl(const std::string& name, int flags) {
    UniqueFd fd(::open(("/proc/sys/net/" + name).c_str(), flags | O_CLOEXEC | O_NOFOLLOW));
    if (!fd) {
        if (errno == ENOENT) return fd;
        throw_errno("cannot open kernel setting net/" + name);
    }
    struct statfs found{};
    if (::fstatfs(fd.get(), &found) != 0) throw_errno("cannot examine kernel setting net/" + name);
    if (found.f_type != PROC_SUPER_MAGIC)
        throw Error(Errc::unsupported, "/proc/sys/net/" + name + " is not the kernel's");
    return fd;
}

}  // namespace

std::optional<std::string> read_sysctl(const std::string& name) {
    const auto fd = open_sysctl(name, O_RDONLY);
    if (!fd) return std::nullopt;
    char buffer[128];
    const auto got = ::read(fd.get(), buffer, sizeof buffer);
    if (got < 0) throw_errno("cannot read kernel setting net/" + name);
    std::string text(buffer, static_cast<std::size_t>(got));
    while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
    return text;
}

bool write_sysctl_if_there(const std::string& name, const std::string& value) {
    const auto fd = open_sysctl(name, O_WRONLY);
    if (!fd) return false;
    if (::write(fd.get(), value.data(), value.size()) != static_cast<ssize_t>(value.size())) {
        throw_errno("cannot set kernel setting net/" + name + " to " + value);
    }
    return true;
}

void write_sysctl(const std::string& name, const std::string& value) {
    if (!write_sysctl_if_there(name, value)) throw Error(Errc::not_found, "this kernel has no setting net/" + name);
}

}  // namespace jailctl::lifecycle

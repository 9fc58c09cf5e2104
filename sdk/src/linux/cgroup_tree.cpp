#include "jailctl/sdk/cgroup_tree.hpp"

#include <charconv>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl {

std::vector<std::string> groups_in(int directory) {
    std::vector<std::string> names;
    UniqueFd copy{::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(copy ? ::fdopendir(copy.get()) : nullptr, ::closedir);
    if (!listing) return names;
    (void)copy.release();  // closedir owns it now
    while (const dirent* entry = ::readdir(listing.get()))
        if (entry->d_type == DT_DIR && entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    return names;
}

namespace {

UniqueFd open_group(int directory, const std::string& name) {
    return UniqueFd{::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
}

void add_members(int directory, std::vector<pid_t>& pids) {
    const UniqueFd file{::openat(directory, "cgroup.procs", O_RDONLY | O_CLOEXEC)};
    std::string text;
    char part[4096];
    for (ssize_t got = 0; file && (got = ::read(file.get(), part, sizeof part)) > 0;)
        text.append(part, static_cast<std::size_t>(got));
    for (const char *at = text.data(), *end = at + text.size(); at < end;) {
        pid_t pid = 0;
        at = std::from_chars(at, end, pid).ptr + 1;
        pids.push_back(pid);
    }
    for (const auto& name : groups_in(directory))
        if (const UniqueFd below = open_group(directory, name)) add_members(below.get(), pids);
}

}  // namespace

void remove_groups_below(int directory) {
    for (const auto& name : groups_in(directory)) {
        if (const UniqueFd below = open_group(directory, name)) remove_groups_below(below.get());
        ::unlinkat(directory, name.c_str(), AT_REMOVEDIR);
    }
}

std::vector<pid_t> members_of(int directory) {
    std::vector<pid_t> pids;
    add_members(directory, pids);
    return pids;
}

}  // namespace jailctl

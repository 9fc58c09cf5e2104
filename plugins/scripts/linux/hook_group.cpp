#include "hook_group.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>

#include "jailctl/sdk/process.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::scripts {

namespace {

/// However it is written.
unsigned long long site_of(const Configuration& configuration) {
    std::string directory = configuration.path("RUN_DIR").lexically_normal().string();
    while (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
    return short_hash(directory);
}

}  // namespace

std::string hook_group_name(const Configuration& configuration) {
    static std::atomic<unsigned> count{0};
    char site[17];
    std::snprintf(site, sizeof site, "%016llx", site_of(configuration));
    return "hook-" + std::to_string(::getpid()) + "-" + std::to_string(process_start_time(::getpid()).value_or(0)) +
           "-" + site + "-" + std::to_string(++count);
}

bool is_orphaned(const Configuration& configuration, std::string_view name) {
    int pid = 0;
    unsigned long long start = 0, site = 0;
    const std::string text(name);
    if (std::sscanf(text.c_str(), "hook-%d-%llu-%16llx-%*u", &pid, &start, &site) != 3) return false;
    if (site != site_of(configuration) || !process_start_time(::getpid())) return false;  // without /proc all look dead
    const auto now = process_start_time(pid);
    return !now || *now != start;
}

}  // namespace jailctl::scripts

#include <algorithm>
#include <dirent.h>
#include <fstream>
#include <sstream>
#include <string_view>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "probe.hpp"

namespace probe {
namespace {

std::string join(std::vector<std::string> words) {
    std::sort(words.begin(), words.end());
    std::string all;
    for (const auto& word : words) all += (all.empty() ? "" : ",") + word;
    return all.empty() ? "none" : all;
}

/// Capabilities, filter, signals: as the kernel says them.
void status_lines() {
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);)
        for (const char* wanted :
             {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "Seccomp", "NoNewPrivs", "Umask", "SigBlk", "SigIgn"})
            if (line.starts_with(std::string(wanted) + ":\t")) say(wanted, line.substr(line.find('\t') + 1));
}

void environment() {
    std::vector<std::string> kept;
    for (char** at = environ; *at != nullptr; ++at) {
        const std::string variable = *at;
        const std::string name = variable.substr(0, variable.find('='));
        // A shell's own.
        if (name != "PWD" && name != "SHLVL" && name != "OLDPWD" && name != "_") kept.push_back(variable);
    }
    say("environment", join(kept));
}

/// "0,1,2", and how many of them are directories: a way out, were they the host's.
void descriptors() {
    std::vector<std::string> open;
    int directories = 0;
    for (int number = 0; number < 1024; ++number) {
        struct stat found {};
        if (fstat(number, &found) != 0) continue;
        open.push_back(std::to_string(number));
        directories += S_ISDIR(found.st_mode) ? 1 : 0;
    }
    say("descriptors", join(open));
    say("descriptors-of-directories", std::to_string(directories));
}

std::string amount(rlim_t value) { return value == RLIM_INFINITY ? "unlimited" : std::to_string(value); }
/// A hard limit is that of whoever called, if that is lower.
std::string bound(rlim_t value) { return value == RLIM_INFINITY ? "unlimited" : value == 0 ? "0" : "bounded"; }

void limits() {
    constexpr std::pair<const char*, __rlimit_resource> wanted[] = {
        {"nofile", RLIMIT_NOFILE},     {"core", RLIMIT_CORE}, {"memlock", RLIMIT_MEMLOCK},
        {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE}, {"rtprio", RLIMIT_RTPRIO},
        {"stack", RLIMIT_STACK}};
    for (const auto& [name, resource] : wanted) {
        rlimit now{};
        getrlimit(resource, &now);
        say(std::string("limit:") + name, amount(now.rlim_cur) + ":" + bound(now.rlim_max));
    }
}

/// What is mounted: the jail's root lies on whatever the host has, and a masked file is the null device.
std::string kind_of(const std::string& point, const std::string& type) {
    struct stat found {};
    const bool null = stat(point.c_str(), &found) == 0 && S_ISCHR(found.st_mode) && found.st_rdev == makedev(1, 3);
    return point == "/" ? "disk" : null ? "null" : type;
}

/// Of each mount its kind, the flags that matter, and its size.
void mount_table() {
    std::ifstream file("/proc/self/mountinfo");
    int propagating = 0;
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string skip, point, flags, optional, type, source, options, shown;
        words >> skip >> skip >> skip >> skip >> point >> flags;
        while (words >> optional && optional != "-") propagating += optional.find(':') != std::string::npos ? 1 : 0;
        words >> type >> source >> options;
        shown = kind_of(point, type);
        for (const char* flag : {"ro", "rw", "nosuid", "nodev", "noexec"})
            if (("," + flags + ",").find(std::string(",") + flag + ",") != std::string::npos)
                shown += std::string(",") + flag;
        std::istringstream details(options);
        for (std::string option; std::getline(details, option, ',');)
            if (type != "devtmpfs" && (option.starts_with("size=") || option.starts_with("ptmxmode=") ||
                                       option.starts_with("mode=0") || option.starts_with("mode=6")))
                shown += "," + option;
        say("mount:" + point, shown);
    }
    say("mounts-that-propagate", std::to_string(propagating));
}

/// What follows the last colon of each line of /proc/self/cgroup: the hierarchies all begin at the jail.
void control_groups() {
    std::vector<std::string> found;
    std::ifstream file("/proc/self/cgroup");
    for (std::string line; std::getline(file, line);) {
        const std::string path = line.substr(line.rfind(':') + 1);
        if (std::find(found.begin(), found.end(), path) == found.end()) found.push_back(path);
    }
    say("control-groups", join(found));
}

void id_maps() {
    for (const char* map : {"uid_map", "gid_map"}) {
        std::ifstream file(std::string("/proc/self/") + map);
        unsigned long inside = 1, outside = 0, count = 0;
        std::string more;
        file >> inside >> outside >> count;
        const bool sound = inside == 0 && outside >= 1879048192U && outside % 65536 == 0 && count == 65536 &&
                           !(file >> more);
        say(map, sound ? "65536 of its own" : "wrong");
    }
}

}  // namespace

void view() {
    status_lines();
    environment();
    descriptors();
    limits();
    mount_table();
    control_groups();
    id_maps();
    char where[4096];
    say("directory", getcwd(where, sizeof where) != nullptr ? where : "outside");
}

}  // namespace probe

#include "leaks.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <unistd.h>

#include "jailctl/testing/scratch.hpp"

namespace jailctl::test {
namespace fs = std::filesystem;
namespace {

std::string link_text(const fs::path& link) {
    std::error_code none;
    return fs::read_symlink(link, none).string();
}

void look_at_mounts(std::set<std::string>& seen, const std::string& below) {
    std::ifstream in("/proc/self/mountinfo");
    for (std::string line; std::getline(in, line);)
        if (line.find(below) != std::string::npos) seen.insert("mount " + line);
}

void look_at_links(std::set<std::string>& seen) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator("/sys/class/net", none))
        if (entry.path().filename().string().starts_with("jl")) seen.insert("link " + entry.path().filename().string());
}

void look_at_cgroups(std::set<std::string>& seen) {
    std::error_code none;
    for (const auto& hierarchy : fs::directory_iterator("/sys/fs/cgroup", none))
        for (const auto& ours : {hierarchy.path() / "jailctl", fs::path("/sys/fs/cgroup/jailctl")})
            for (fs::recursive_directory_iterator at(ours, none), end; at != end; at.increment(none))
                if (at->is_directory(none)) seen.insert("cgroup " + at->path().string());
}

/// A process is ours if its root, working directory or program lies below the scratch directory.
void look_at_processes(std::set<std::string>& seen, const std::string& below) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator("/proc", none)) {
        const std::string pid = entry.path().filename();
        if (!std::all_of(pid.begin(), pid.end(), [](unsigned char c) { return std::isdigit(c) != 0; })) continue;
        if (pid == std::to_string(::getpid())) continue;
        for (const char* what : {"root", "cwd", "exe"})
            if (link_text(entry.path() / what).starts_with(below)) {
                seen.insert("process " + pid + " " + slurp(entry.path() / "comm"));
                break;
            }
    }
}

void look_at_descriptors(std::set<std::string>& seen) {
    std::error_code none;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd", none))
        seen.insert("descriptor " + entry.path().filename().string() + " " + link_text(entry.path()));
}

}  // namespace

Leaks::Leaks(fs::path below) : below_(std::move(below)), before_(look()) {}

std::set<std::string> Leaks::look() const {
    std::set<std::string> seen;
    look_at_mounts(seen, below_);
    look_at_links(seen);
    look_at_cgroups(seen);
    look_at_processes(seen, below_);
    look_at_descriptors(seen);
    return seen;
}

std::vector<std::string> Leaks::found() const {
    std::vector<std::string> left;
    for (int attempt = 0; attempt < 40; ++attempt) {
        const auto now = look();
        left.clear();
        std::set_difference(now.begin(), now.end(), before_.begin(), before_.end(), std::back_inserter(left));
        if (left.empty()) return left;
        ::usleep(50000);
    }
    return left;
}

}  // namespace jailctl::test

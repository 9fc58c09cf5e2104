#include "look.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <vector>

#include "support.hpp"

namespace jailctl::test {
namespace fs = std::filesystem;
namespace {

std::string status_lines(const fs::path& process) {
    std::istringstream lines(slurp(process / "status"));
    std::string kept;
    for (std::string line; std::getline(lines, line);) {
        for (const char* name : {"Cap", "Seccomp:", "NoNewPrivs:", "Umask:", "SigIgn:", "Uid:", "Gid:", "Groups:"})
            if (line.starts_with(name)) kept += line + "\n";
        // The session as the jail numbers it: 0 would be one of the host's.
        if (line.starts_with("NSsid:")) kept += "NSsid: " + line.substr(line.rfind('\t') + 1) + "\n";
    }
    return kept;
}

/// A zombie has a status, but neither mounts nor descriptors any more.
bool has_ended(const fs::path& process) {
    const std::string status = slurp(process / "status");
    return status.empty() || status.find("\nState:\tZ") != std::string::npos ||
           status.find("\nState:\tX") != std::string::npos;
}

/// Without the numbers of mounts and devices, which are other ones each time.
std::string mount_lines(const fs::path& process) {
    std::istringstream lines(slurp(process / "mountinfo"));
    std::string kept;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string skip, root, point, flags, optional, rest;
        words >> skip >> skip >> skip >> root >> point >> flags >> optional >> rest;
        kept += root + " " + point + " " + flags + " " + optional + " " + rest + "\n";
    }
    return kept;
}

std::string descriptor_lines(const fs::path& process) {
    std::vector<std::string> found;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(process / "fd", none))
        found.push_back(entry.path().filename().string() + " " + fs::read_symlink(entry.path(), none).string() + "\n");
    std::sort(found.begin(), found.end());
    std::string all;
    for (const auto& one : found) all += one;
    return all;
}

std::string namespace_lines(const fs::path& process) {
    std::string all;
    std::error_code none;
    for (const char* kind : {"user", "mnt", "pid", "net", "ipc", "uts", "cgroup"}) {
        const auto theirs = fs::read_symlink(process / "ns" / kind, none),
                   ours = fs::read_symlink(fs::path("/proc/self/ns") / kind, none);
        all += std::string(kind) + (theirs.empty() || theirs == ours ? " of the host\n" : " of its own\n");
    }
    return all;
}

}  // namespace

std::optional<std::string> confinement_of(pid_t pid) {
    const fs::path process = "/proc/" + std::to_string(pid);
    std::string seen = status_lines(process) + slurp(process / "uid_map") + slurp(process / "gid_map") +
                       slurp(process / "limits") + slurp(process / "environ") + descriptor_lines(process) +
                       namespace_lines(process) + mount_lines(process);
    if (has_ended(process)) return std::nullopt;
    return seen;
}

std::string difference(const std::string& usual, const std::string& now) {
    std::istringstream first(usual), second(now);
    std::string found;
    for (std::string a, b;;) {
        const bool more = static_cast<bool>(std::getline(first, a)), too = static_cast<bool>(std::getline(second, b));
        if (!more && !too) return found;
        if (more != too || a != b) found += "- " + (more ? a : "") + "\n+ " + (too ? b : "") + "\n";
        a.clear();
        b.clear();
    }
}

}  // namespace jailctl::test

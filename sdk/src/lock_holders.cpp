#include "lock_holders.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <filesystem>

#include "flocks.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/lock.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl {

namespace {

constexpr std::string_view ending = ".lock";

/// "14:02", with the date in front if that was not today.
std::string time_of_day(std::int64_t unix_seconds) {
    const auto then = static_cast<std::time_t>(unix_seconds), now = static_cast<std::time_t>(unix_now());
    std::tm then_local{}, now_local{};
    ::localtime_r(&then, &then_local);
    ::localtime_r(&now, &now_local);
    const bool today = then_local.tm_yday == now_local.tm_yday && then_local.tm_year == now_local.tm_year;
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), today ? "%H:%M" : "%Y-%m-%d %H:%M", &then_local);
    return text.data();
}

std::filesystem::path folder_of(const Configuration& configuration) { return configuration.path("RUN_DIR") / "locks"; }

bool is_held(const struct stat& facts, std::int64_t noted, const std::vector<HeldFlock>& flocks) {
    // By inode: the device of /proc/locks is not the one stat(2) tells on every file system. Of another file with that
    // number nobody who holds it is noted in ours.
    return std::ranges::any_of(flocks,
                               [&](const HeldFlock& lock) { return lock.inode == facts.st_ino && lock.pid == noted; });
}

}  // namespace

LockHolder lock_holder(int fd) {
    try {
        ::lseek(fd, 0, SEEK_SET);
        const Value holder = parse_json(read_all(fd, 4096, "the lock"));
        if (!holder["command"].is_string()) return {0, "another command"};
        return {holder["pid"].num(), escape_name(holder["command"].str()) + " by pid " +
                                         std::to_string(holder["pid"].num()) + " since " +
                                         time_of_day(holder["since"].num())};
    } catch (const Error&) {
        return {0, "another command"};
    }
}

std::vector<std::string> jails_worked_on(const Configuration& configuration) {
    std::vector<std::string> keys;
    std::error_code failed;
    for (const auto& entry : std::filesystem::directory_iterator(folder_of(configuration), failed)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with('.') && name.ends_with(ending))
            keys.push_back(name.substr(0, name.size() - ending.size()));
    }
    if (failed && failed != std::errc::no_such_file_or_directory)
        throw Error(code_of(failed), "cannot list " + escape_name(folder_of(configuration).string()), failed);
    std::ranges::sort(keys);
    return keys;
}

std::map<std::string, std::string, std::less<>> jails_in_work(const Configuration& configuration,
                                                              std::chrono::nanoseconds since) {
    std::map<std::string, std::string, std::less<>> found;
    const auto keys = jails_worked_on(configuration);
    if (keys.empty()) return found;
    const auto flocks = held_flocks();
    for (const auto& key : keys) {
        const auto path = folder_of(configuration) / (key + std::string(ending));
        const UniqueFd file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        struct stat facts{};
        if (!file || ::fstat(file.get(), &facts) != 0) continue;
        const LockHolder holder = lock_holder(file.get());
        // Its file is written whenever the lock is taken.
        const auto taken = std::chrono::seconds(facts.st_mtim.tv_sec) + std::chrono::nanoseconds(facts.st_mtim.tv_nsec);
        if (holder.pid == ::getpid()) continue;  // ours: what we did under it is done
        if (taken >= since || is_held(facts, holder.pid, flocks)) found.emplace(key, holder.text);
    }
    return found;
}

}  // namespace jailctl

#include "cgroup.hpp"

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup_limits.hpp"
#include "jailctl/sdk/cgroup_tree.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr const char* parent = jails_cgroup;

UniqueFd open_parent(const UniqueFd& root, int flags) {
    return UniqueFd{::openat(root.get(), parent, flags | O_DIRECTORY | O_CLOEXEC)};
}

}  // namespace

bool is_member(pid_t pid, const std::string& name) {
    const UniqueFd file{::open(("/proc/" + std::to_string(pid) + "/cgroup").c_str(), O_RDONLY | O_CLOEXEC)};
    char text[8192];
    const ssize_t got = file ? ::read(file.get(), text, sizeof text - 1) : 0;
    if (got <= 0 || name.empty()) return false;
    text[got] = '\n';
    const std::string_view all(text, static_cast<std::size_t>(got) + 1);
    const auto line = all.starts_with("0::") ? 0 : all.find("\n0::");
    if (line == std::string_view::npos) return false;
    const std::string_view path = all.substr(line, all.find('\n', line + 1) - line);
    const std::string below = std::string("/") + parent + "/" + name;
    return path.ends_with(below) || path.find(below + "/") != std::string_view::npos;
}

std::vector<std::string> Cgroup::all() {
    try {
        const UniqueFd above = open_parent(open_unified(), O_RDONLY);
        return above ? groups_in(above.get()) : std::vector<std::string>{};
    } catch (const Error& error) {
        if (error.code() != Errc::unsupported) throw;
        return {};
    }
}

std::vector<std::string> Cgroup::all_hierarchies() {
    auto names = all();
    for (const auto& mount : cgroup_mounts().v1) {
        const UniqueFd above{::open((mount.path + "/" + parent).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        if (!above) continue;
        for (auto& name : groups_in(above.get())) names.push_back(std::move(name));
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

Cgroup::Cgroup(std::string name) : name_(std::move(name)) {}

std::string Cgroup::name_for(const Configuration& configuration, const std::string& key) {
    static constexpr char digits[] = "0123456789abcdef";
    std::uint64_t hash = short_hash(configuration.path("RUN_DIR").string() + "\n" + key);
    std::string name(16, '0');
    for (auto digit = name.rbegin(); digit != name.rend(); ++digit, hash >>= 4U) *digit = digits[hash & 15U];
    return name;
}

/// Opens the directories if they are there. @return whether the cgroup2 one is
bool Cgroup::look_up() {
    if (directory_) return true;
    if (!root_) root_ = open_unified();
    const UniqueFd above = open_parent(root_, O_PATH);
    if (!above) return false;
    directory_ = UniqueFd{::openat(above.get(), name_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    return static_cast<bool>(directory_);
}

std::string Cgroup::path() const {
    const std::string& unified = unified_path();
    return unified.empty() ? std::string{} : unified + "/" + parent + "/" + name_;
}

bool Cgroup::exists() { return look_up(); }

std::string Cgroup::read(const char* file) {
    if (!look_up()) return {};
    const UniqueFd control{::openat(directory_.get(), file, O_RDONLY | O_CLOEXEC)};
    if (!control) {
        if (errno == ENOENT || errno == ENODEV) return {};  // removed meanwhile
        throw_errno(std::string("cannot read ") + file + " of the jail's cgroup");
    }
    std::string text;
    char part[4096];
    for (ssize_t got = 0; (got = ::read(control.get(), part, sizeof part)) > 0;)
        text.append(part, static_cast<std::size_t>(got));
    return text;
}

void Cgroup::write(const char* file, const std::string& text) {
    if (!look_up()) return;
    if (!write_control(directory_.get(), file, text) && errno != ENOENT && errno != ENODEV)
        throw_errno("cannot write " + text + " to " + file + " of the jail's cgroup");
}

bool Cgroup::populated() { return read("cgroup.events").find("populated 1") != std::string::npos; }
bool Cgroup::frozen() { return read("cgroup.events").find("frozen 1") != std::string::npos; }

std::vector<pid_t> Cgroup::processes() {
    return look_up() ? members_of(directory_.get()) : std::vector<pid_t>{};
}

void Cgroup::kill() { write("cgroup.kill", "1"); }

/// Waits until cgroup.events says `wanted`. The kernel wakes poll(2) at a change, but at most every 10 ms for one file
/// (CGROUP_FILE_NOTIFY_MIN_INTV): a jail that is killed is empty long before, so the file is looked at in between,
/// after 0.1 ms and then twice as long each time.
bool Cgroup::event(std::string_view wanted, std::chrono::milliseconds limit) {
    if (!look_up()) return true;
    const UniqueFd events{::openat(directory_.get(), "cgroup.events", O_RDONLY | O_CLOEXEC)};
    if (!events) return true;
    using clock = std::chrono::steady_clock;
    const auto until = clock::now() + limit;
    for (std::chrono::nanoseconds pause{100'000};; pause *= 2) {
        char text[256];
        const ssize_t got = ::pread(events.get(), text, sizeof text, 0);
        if (got < 0) return errno == ENODEV;
        if (std::string_view(text, static_cast<std::size_t>(got)).find(wanted) != std::string_view::npos) return true;
        const std::chrono::nanoseconds left = until - clock::now();
        if (left.count() <= 0) return false;
        const auto next = std::min(left, pause).count();
        const timespec timeout{next / 1'000'000'000, next % 1'000'000'000};
        pollfd waiting{events.get(), POLLPRI, 0};
        ::ppoll(&waiting, 1, &timeout, nullptr);
    }
}

bool Cgroup::wait_until_empty(std::chrono::milliseconds limit) { return event("populated 0", limit); }

void Cgroup::set_frozen(bool frozen, std::chrono::milliseconds limit) {
    write("cgroup.freeze", frozen ? "1" : "0");
    if (event(frozen ? "frozen 1" : "frozen 0", limit)) return;
    if (!frozen) throw Error(Errc::timeout, "the processes of the jail did not all go on in time");
    write("cgroup.freeze", "0");
    throw Error(Errc::timeout, "the processes of the jail did not all stop in time; they run again");
}

}  // namespace jailctl::lifecycle

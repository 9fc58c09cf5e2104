#include "home.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/rootfs.hpp"

namespace jailctl::create {

namespace fs = std::filesystem;

namespace {

constexpr mode_t closed = 0700;

UniqueFd open_directory(const fs::path& path) {
    (void)open_trusted_directory(path, Trust::root);
    UniqueFd directory{::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory) throw_errno("cannot open " + path.string());
    return directory;
}

/// The directory above `home`, or itself, that has to be made first.
fs::path first_missing(const fs::path& home) {
    fs::path first = home;
    std::error_code unreadable;
    while (first.has_relative_path() && !fs::exists(first.parent_path(), unreadable)) first = first.parent_path();
    return first;
}

bool holds_only_jails(const Configuration& configuration, const fs::path& home) {
    const fs::directory_iterator entries(home);
    return std::all_of(begin(entries), end(entries), [&](const fs::directory_entry& entry) {
        return belongs_in_home(configuration, home, entry.path().filename().string());
    });
}

void close_home(Invocation& in, Operation& operation, const fs::path& home) {
    struct stat found {};
    if (::stat(home.c_str(), &found) != 0) throw_errno("cannot look at " + home.string());
    const auto mode = static_cast<std::int64_t>(found.st_mode & 07777U);
    const Undo undo{"home.mode", Value::object().set("path", home.string()).set("mode", mode)};
    operation.step("close " + home.string() + " to other users", undo, [&] {
        if (::fchmod(open_directory(home).get(), closed) != 0) throw_errno("cannot close " + home.string());
        in.console().info(home.string() + " is closed to other users now (mode 0700): " +
                          "a jail in it can make set-uid files");
    });
}

}  // namespace

bool belongs_in_home(const Configuration& configuration, const fs::path& home, const std::string& name) {
    if (name == "lost+found" || name.starts_with(".jailctl-")) return true;
    if (home / name == configuration.path("ADDONS")) return true;
    for (const char* ending : {".tar", ".tar.gz", ".tgz", ".tar.zst", ".tar.xz", ".txz", ".partial", ".sha256"}) {
        if (name.ends_with(ending)) return true;
    }
    return std::any_of(configuration.jails.begin(), configuration.jails.end(),
                       [&](const Jail& jail) { return jail.root == home / name; });
}

void prepare_home(Invocation& in, Operation& operation, const Jail& jail) {
    const auto home = jail.root.parent_path();
    std::error_code unreadable;
    if (!fs::exists(home, unreadable)) {
        const auto places = Value::object().set("path", home.string()).set("first", first_missing(home).string());
        operation.step("make " + home.string(), Undo{"storage.parent", places},
                       [&] { (void)open_root_parent(jail.root, true); });
        return;
    }
    const auto& configuration = in.configuration();
    const auto written = configuration.path("JAIL_HOME").lexically_normal();  // perhaps with a slash at its end
    const bool ours = home == written || home / "" == written;
    // Only a directory that fails by its mode alone is ours to close: not one of the system's,
    // not one of another owner.
    if (ours && is_merely_open(jail.root) && holds_only_jails(configuration, home)) {
        close_home(in, operation, home);
    } else {
        (void)open_root_parent(jail.root, false);  // refused now, while there is nothing to undo
    }
}

void restore_home_mode(const Value& arguments) {
    const fs::path home = arguments["path"].str();
    const auto mode = static_cast<mode_t>(arguments["mode"].num(closed));
    std::error_code unreadable;
    if (!fs::exists(home, unreadable)) return;
    if (::fchmod(open_directory(home).get(), mode & 07777U) != 0) {
        throw_errno("cannot set the mode of " + home.string());
    }
}

}  // namespace jailctl::create

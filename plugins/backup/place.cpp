#include "place.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::backup {
namespace fs = std::filesystem;
namespace {

bool names_directory(const std::string& where) {
    std::error_code none;
    return where.ends_with('/') || fs::is_directory(where, none);
}

fs::path without_trailing_slash(const fs::path& path) {
    return path.has_filename() ? path : path.parent_path();
}

}  // namespace

Place resolve_place(const Settings& settings, const std::string& where) {
    Place place;
    place.format = settings["BACKUP_FORMAT"].text;
    if (where == "-") {
        place.standard_output = true;
    } else if (where.empty()) {
        place.directory = without_trailing_slash(settings["BACKUPDIR"].text);
        place.configured = true;
    } else if (names_directory(where)) {
        place.directory = without_trailing_slash(fs::absolute(where).lexically_normal());
    } else {
        const fs::path file = fs::absolute(where).lexically_normal();
        const auto format = format_of(file.filename().string());
        if (!format)
            throw Error(Errc::usage,
                        "'" + where + "' is no directory, and no file name ending in .tar.gz, .tar.zst or .tar")
                .with_hint(fs::exists(file) ? "name a directory, or a file ending in .tar.gz"
                                            : "make the directory first ('mkdir " + shell_word(where) +
                                                  "'), or name a file ending in .tar.gz");
        place.directory = file.parent_path();
        place.file = file.filename().string();
        place.format = *format;
    }
    return place;
}

UniqueFd open_place(const Place& place) {
    // A readable descriptor is needed to sync the directory after the rename.
    if (place.configured) (void)make_private_directory(place.directory);
    try {
        const UniqueFd path = open_trusted_directory(place.directory, Trust::root);
        UniqueFd directory(::openat(path.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!directory) throw_errno("cannot open " + place.directory.string());
        return directory;
    } catch (Error& error) {
        if (error.code() != Errc::not_found) throw;
        throw error.with_hint("make the directory first ('mkdir -p " + shell_word(place.directory.string()) + "')");
    }
}

void tell_of_new_place(Invocation& invocation, const Place& place) {
    std::error_code unreadable;
    if (place.configured && !fs::exists(place.directory, unreadable) && !unreadable)
        invocation.console().warn("BACKUPDIR " + escape_name(place.directory.string()) + " was not there and is made");
}

void require_space(int directory, const Place& place, std::uint64_t content) {
    // Compressed system trees keep 35 to 45 per cent of their size; half leaves room for those that do not.
    const std::uint64_t needed = place.format == "tar" ? content : content / 2;
    const std::uint64_t free = free_bytes(directory, place.directory.string());
    if (free < needed)
        throw Error(Errc::no_space, "the backup needs about " + human_bytes(needed) + ", and " +
                                        place.directory.string() + " has " + human_bytes(free) + " free")
            .with_hint("make room there ('jailctl expire --dry-run' tells what stays and why), or name another place");
}

const Settings& settings_for(const Configuration& configuration, const std::string& jail_key) {
    for (const auto& jail : configuration.jails)
        if (jail.name.key() == jail_key) return jail.settings;
    return configuration.settings;
}

void remove_archive(const std::string& file, int opened) {
    const fs::path path(file);
    const UniqueFd above = open_trusted_directory(path.parent_path(), Trust::root);
    const UniqueFd directory(::openat(above.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory) throw_errno("cannot open " + escape_name(path.parent_path().string()));
    const std::string name = path.filename().string();
    struct stat checked{}, named{};
    if (::fstat(opened, &checked) != 0) throw_errno("cannot look at " + escape_name(file));
    if (::fstatat(directory.get(), name.c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0)
        throw_errno("cannot look at " + escape_name(file));
    if (checked.st_dev != named.st_dev || checked.st_ino != named.st_ino)
        throw Error(Errc::denied, escape_name(file) + " is a link: what it leads to is not removed")
            .with_hint("name the file itself");
    if (::unlinkat(directory.get(), name.c_str(), 0) != 0) throw_errno("cannot remove " + escape_name(file));
    sync_fd(directory.get(), escape_name(path.parent_path().string()));
}

UniqueFd open_archive(const std::string& file) {
    UniqueFd opened = open_trusted(file, Trust::root, O_NONBLOCK | O_NOCTTY);
    struct stat facts{};
    if (::fstat(opened.get(), &facts) != 0) throw_errno("cannot look at " + file);
    if (!S_ISREG(facts.st_mode)) throw Error(Errc::invalid, file + " is not a regular file");
    return opened;
}

void require_room(Storage& storage, const Jail& jail, std::uint64_t needed) {
    const std::uint64_t free = storage.free_space(jail.root);
    if (free < needed)
        throw Error(Errc::no_space, "the restored jail needs " + human_bytes(needed) + ", and " +
                                        jail.root.parent_path().string() + " has " + human_bytes(free) + " free");
}

std::vector<FoundArchive> archives_in(const Place& place) {
    std::vector<FoundArchive> found;
    const UniqueFd directory = find_trusted(place.directory, Trust::root, O_DIRECTORY);
    if (!directory) {
        if (place.configured) return found;  // nothing was stored yet
        throw Error(Errc::not_found, "there is no directory " + escape_name(place.directory.string()));
    }
    for (const std::string& file : list_directory(directory.get(), place.directory.string()))
        if (auto name = parse_archive_name(file)) found.push_back({file, std::move(*name)});
    // Several of one second are told apart by their number alone.
    std::sort(found.begin(), found.end(), [](const FoundArchive& a, const FoundArchive& b) {
        return std::tie(a.name.taken, a.name.sequence, a.file) < std::tie(b.name.taken, b.name.sequence, b.file);
    });
    return found;
}

}  // namespace jailctl::backup

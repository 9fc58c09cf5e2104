#include "jailctl/sdk/state.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {

namespace {

constexpr std::size_t document_limit = 64U << 20U;
constexpr std::string_view ending = ".json";

void require_plain(const std::string& name) {
    if (name.find('/') != std::string::npos || name.find('\0') != std::string::npos || name.starts_with('.')) {
        throw Error(Errc::internal, "not a name of a state file: '" + escape_name(name) + "'");
    }
}

/// Descriptor of a folder that this thread walked to and judged before; -1 if it is not there and not to be made. A
/// command asks for the same three or four folders dozens of times, and the walk is most of each answer: a folder that
/// was removed, moved or mounted over, or that others may write to since, is walked to anew.
int walked_folder(const std::filesystem::path& folder, bool make) {
    static thread_local std::map<std::string, UniqueFd> walked;
    UniqueFd& known = walked[folder.string()];
    struct stat status {}, there {};
    const bool good = known && ::fstat(known.get(), &status) == 0 && ::stat(folder.c_str(), &there) == 0 &&
                      status.st_dev == there.st_dev && status.st_ino == there.st_ino && status.st_uid == 0 &&
                      (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
    if (!good) known = make ? make_private_directory(folder) : find_trusted(folder, Trust::root, O_DIRECTORY);
    return known.get();
}

UniqueFd open_anew(int directory, const std::filesystem::path& shown) {
    UniqueFd fd(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) throw_errno("cannot open " + escape_name(shown.string()));
    return fd;
}

}  // namespace

StateDirectory StateDirectory::lasting(const Configuration& configuration) {
    return {configuration.path("STATE_DIR"), true};
}

StateDirectory StateDirectory::running(const Configuration& configuration) {
    return {configuration.path("RUN_DIR"), false};
}

std::optional<Value> StateDirectory::read(const std::string& folder, const std::string& name) const {
    require_plain(name);
    const auto directory = path_ / folder;
    const int fd = walked_folder(directory, false);
    if (fd < 0) return std::nullopt;
    const auto text = in_context(escape_name(directory.string()),
                                 [&] { return read_file_at(fd, name + std::string(ending), document_limit); });
    if (!text) return std::nullopt;
    const std::string file = escape_name((directory / (name + std::string(ending))).string());
    try {
        Value document = parse_json(*text);
        if (document.is_object()) return document;
    } catch (const Error& error) {
        throw Error(Errc::damaged, file + " is damaged: " + error.what())
            .with_hint("repair it or move it away; jailctl neither guesses nor deletes it");
    }
    throw Error(Errc::damaged, file + " is damaged: not a JSON object")
        .with_hint("repair it or move it away; jailctl neither guesses nor deletes it");
}

void StateDirectory::write(const std::string& folder, const std::string& name, const Value& document) const {
    require_plain(name);
    const UniqueFd fd = open(folder);
    in_context(escape_name((path_ / folder).string()), [&] {
        replace_file(fd.get(), name + std::string(ending), to_json(document, 1) + "\n", 0600, sync_);
    });
}

void StateDirectory::remove(const std::string& folder, const std::string& name) const {
    require_plain(name);
    const int fd = walked_folder(path_ / folder, false);
    if (fd < 0) return;
    if (::unlinkat(fd, (name + std::string(ending)).c_str(), 0) != 0) {
        if (errno == ENOENT) return;
        if (errno == EISDIR && ::unlinkat(fd, (name + std::string(ending)).c_str(), AT_REMOVEDIR) == 0) return;
        throw_errno("cannot remove " + escape_name((path_ / folder / name).string()) + std::string(ending));
    }
    if (sync_) sync_fd(fd, (path_ / folder).string());
}

std::vector<std::string> StateDirectory::list(const std::string& folder) const {
    std::vector<std::string> names;
    const int known = walked_folder(path_ / folder, false);
    if (known < 0) return names;
    UniqueFd fd = open_anew(known, path_ / folder);
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::fdopendir(fd.get()), ::closedir);
    if (!directory) throw_errno("cannot list " + (path_ / folder).string());
    (void)fd.release();  // closedir owns it now
    while (const dirent* entry = ::readdir(directory.get())) {
        const std::string_view name = entry->d_name;
        if (!name.starts_with('.') && name.ends_with(ending))
            names.emplace_back(name.substr(0, name.size() - ending.size()));
    }
    std::sort(names.begin(), names.end());
    return names;
}

UniqueFd StateDirectory::open(const std::string& folder) const {
    return open_anew(walked_folder(path_ / folder, true), path_ / folder);
}

}  // namespace jailctl

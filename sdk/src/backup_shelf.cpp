#include "jailctl/sdk/backup_shelf.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <tuple>
#include <unistd.h>

#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/tar_file.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {
namespace fs = std::filesystem;
namespace {

constexpr const char* ending = ".json";
constexpr const char* not_there = "pending";  // member of a description: the files are nobody's, yet or no more

/// Grows with every backup of one second, also beyond those that were removed; padded, so that names sort by age.
std::string numbered(const std::string& stem, const std::vector<std::string>& names) {
    int last = 0;
    for (const auto& name : names)
        if (name.starts_with(stem)) last = std::max(last, std::atoi(name.c_str() + stem.size()));
    char number[16];
    std::snprintf(number, sizeof number, "%04d", last + 1);
    return stem + number;
}

/// Whose a name of ours is: JAIL-TIME-NUMBER.
std::string jail_in(const std::string& name) {
    const auto number = name.rfind('-');
    const auto time = number == std::string::npos || number == 0 ? number : name.rfind('-', number - 1);
    return time == std::string::npos ? name : name.substr(0, time);
}

fs::directory_iterator entries_of(const fs::path& directory) {
    std::error_code failure;
    fs::directory_iterator entries(directory, failure);
    if (failure) throw Error(code_of(failure), "cannot list " + directory.string(), failure);
    return entries;
}

void unlink_at(int folder, const std::string& name) {
    if (::unlinkat(folder, name.c_str(), 0) != 0 && errno != ENOENT) throw_errno("cannot remove " + escape_name(name));
}

}  // namespace

BackupShelf::BackupShelf(fs::path directory) : path_(std::move(directory)) {
    if (const UniqueFd found = find_trusted(path_, Trust::root))
        folder_.reset(::openat(found.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    else
        return;
    if (!folder_) throw_errno("cannot open " + path_.string());
}

int BackupShelf::directory() const {
    if (!folder_) folder_.reset(::openat(make_private_directory(path_).get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder_) throw_errno("cannot open " + path_.string());
    return folder_.get();
}

std::string BackupShelf::name_of(const std::string& id) { return fs::path(id).filename().string(); }

std::vector<std::string> BackupShelf::names() const {
    std::vector<std::string> found;
    if (!folder_) return found;
    for (const auto& entry : entries_of(path_))
        if (entry.path().extension() == ending) found.push_back(entry.path().stem().string());
    return found;
}

BackupInfo BackupShelf::begin(const BackupSource& source) const {
    const std::string jail = source.jail().name.key();
    (void)directory();
    auto all = names();
    for (const auto& name : all)
        if (jail_in(name) == jail && stand(name) == Stand::pending) clear(name);
    BackupInfo info;
    info.jail = jail;
    info.taken = unix_now();
    const std::string name = numbered(jail + "-" + timestamp(info.taken) + "-", all);
    info.id = (path_ / name).string();
    write(name, backup_document(info).set(not_there, true));
    return info;
}

void BackupShelf::put(const BackupInfo& info, const std::string& sha256) const {
    write(name_of(info.id), backup_document(info).set("sha256", sha256));
}

void BackupShelf::write(const std::string& name, const Value& document) const {
    replace_file(directory(), name + ending, to_json(document), 0600);
}

/// Its description; nothing if there is none. @throws Error damaged
std::optional<Value> BackupShelf::read(const std::string& name) const {
    const auto text = folder_ ? read_file_at(folder_.get(), name + ending) : std::nullopt;
    if (!text) return {};
    return in_context("the description of " + escape_name(name), [&] { return parse_json(*text); });
}

BackupShelf::Stand BackupShelf::stand(const std::string& name) const {
    try {
        const auto document = read(name);
        if (!document) return Stand::absent;
        return (*document)[not_there].truth() ? Stand::pending : Stand::described;
    } catch (const Error& error) {
        if (error.code() != Errc::damaged) throw;
        return Stand::unreadable;
    }
}

BackupShelf::Entry BackupShelf::find(const std::string& id) const {
    const std::string name = name_of(id);
    const auto document = fs::path(id).parent_path() == path_ ? read(name) : std::nullopt;
    if (!document || (*document)[not_there].truth())
        throw Error(Errc::not_found, "there is no backup " + escape_name(id) + " in " + path_.string());
    Entry entry{backup_of(*document), (*document)["sha256"].str()};
    entry.info.id = id;  // the directory may have been moved
    return entry;
}

std::vector<BackupInfo> BackupShelf::list(const std::string& jail) const {
    std::vector<BackupInfo> found;
    for (const auto& name : names()) {
        BackupInfo info;
        info.id = (path_ / name).string();
        info.jail = jail_in(name);
        try {
            if (stand(name) != Stand::pending) info = find(info.id).info;
            else continue;
        } catch (const Error& error) {
            info.problem = error.what();
        }
        if (jail.empty() || info.jail == jail) found.push_back(std::move(info));
    }
    std::sort(found.begin(), found.end(),
              [](const auto& a, const auto& b) { return std::tie(a.taken, a.id) < std::tie(b.taken, b.id); });
    return found;
}

void BackupShelf::remove(const std::string& id) const {
    const std::string name = name_of(id);
    if (stand(name) != Stand::unreadable) (void)find(id);
    BackupInfo going;
    going.id = id;
    going.jail = jail_in(name);
    write(name, backup_document(going).set(not_there, true));
    clear(name);
}

/// The description last: until then it says whose the files are. store_tar_file begins with a hidden name.
void BackupShelf::clear(const std::string& name) const {
    for (const auto& file : entries_of(path_)) {
        const std::string found = file.path().filename().string();
        const bool its = found.starts_with(name + ".") || found.starts_with("." + name + ".");
        if (its && found != name + ending) unlink_at(folder_.get(), found);
    }
    sync_fd(folder_.get(), path_.string());
    unlink_at(folder_.get(), name + ending);
    sync_fd(folder_.get(), path_.string());
}

}  // namespace jailctl

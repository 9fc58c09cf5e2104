#include "jailctl/sdk/state.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/text.hpp"
#include "replace_file.hpp"

namespace jailctl {

namespace {

constexpr std::size_t document_limit = 64U << 20U;
constexpr std::string_view ending = ".json";

void require_plain(const std::string& name) {
    if (name.find('/') != std::string::npos || name.find('\0') != std::string::npos || name.starts_with('.')) {
        throw Error(Errc::internal, "not a name of a state file: '" + escape_name(name) + "'");
    }
}

/// Empty if it is not there.
UniqueFd find_folder(const std::filesystem::path& folder) { return find_trusted(folder, Trust::root, O_DIRECTORY); }

}  // namespace

StateDirectory StateDirectory::lasting(const Configuration& configuration) {
    return {configuration.path("STATE_DIR"), true};
}

StateDirectory StateDirectory::lasting_in(std::filesystem::path state_dir) { return {std::move(state_dir), true}; }

StateDirectory StateDirectory::running(const Configuration& configuration) {
    return {configuration.path("RUN_DIR"), false};
}

std::optional<Value> StateDirectory::read(const std::string& folder, const std::string& name) const {
    return this->folder(folder).read(name);
}

StateDirectory::Folder StateDirectory::folder(const std::string& folder) const {
    return {path_ / folder, find_folder(path_ / folder)};
}

std::optional<Value> StateDirectory::Folder::read(const std::string& name) const {
    require_plain(name);
    if (!fd_) return std::nullopt;
    const auto text = in_context(escape_name(path_.string()),
                                 [&] { return read_file_at(fd_.get(), name + std::string(ending), document_limit); });
    if (!text) return std::nullopt;
    const std::string file = escape_name((path_ / (name + std::string(ending))).string());
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

void StateDirectory::alter(const std::string& folder, const std::string& name, int format,
                           const std::function<void(Value&)>& change) const {
    const std::string shown = escape_name((path_ / folder / name).string()) + std::string(ending);
    const UniqueFd guard = open(folder);
    if (::flock(guard.get(), LOCK_EX) != 0) throw_errno("cannot lock the directory of " + shown);
    Value document = read(folder, name).value_or(Value::object().set("format", format));
    if (document["format"].num() > format)
        throw Error(Errc::unsupported, shown + " was written by a newer version of jailctl");
    change(document);
    write(folder, name, document);
}

void StateDirectory::remove(const std::string& folder, const std::string& name) const {
    require_plain(name);
    const UniqueFd fd = find_folder(path_ / folder);
    if (!fd) return;
    const std::string file = name + std::string(ending);
    ::unlinkat(fd.get(), temporary_of(file).c_str(), 0);  // of a write that was killed
    if (::unlinkat(fd.get(), file.c_str(), 0) != 0) {
        if (errno == ENOENT) return;
        if (errno == EISDIR && ::unlinkat(fd.get(), file.c_str(), AT_REMOVEDIR) == 0) return;
        throw_errno("cannot remove " + escape_name((path_ / folder / name).string()) + std::string(ending));
    }
    if (sync_) sync_fd(fd.get(), (path_ / folder).string());
}

std::vector<std::string> StateDirectory::list(const std::string& folder) const {
    std::vector<std::string> names;
    const UniqueFd fd = find_folder(path_ / folder);
    if (!fd) return names;
    for (const std::string_view name : list_directory(fd.get(), (path_ / folder).string()))
        if (!name.starts_with('.') && name.ends_with(ending))
            names.emplace_back(name.substr(0, name.size() - ending.size()));
    std::sort(names.begin(), names.end());
    return names;
}

UniqueFd StateDirectory::open(const std::string& folder) const {
    return make_private_directory(path_ / folder);
}

}  // namespace jailctl

#include "extract_rehearsal.hpp"

#include <algorithm>
#include <filesystem>
#include <vector>

#include "commands.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/extract_staging.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree.hpp"

namespace fs = std::filesystem;

namespace jailctl::backup {
namespace {

/// A path that was asked for, and what the backup holds of it.
struct Asked {
    std::string path;          ///< its bytes
    std::string type{};        ///< of the entry itself, if there is one
    std::int64_t entries = 0;  ///< it, and what is below it
};

/// As the entries of a backup have it: relative to its root, "" for that.
std::string plain_path(const std::string& path) {
    std::string plain = fs::path("/" + path).lexically_normal().relative_path().string();
    if (plain.ends_with('/')) plain.pop_back();
    return plain == "." ? "" : plain;
}

std::vector<Asked> look_up(Invocation& invocation, const ChosenBackup& chosen, const std::vector<std::string>& paths) {
    std::vector<Asked> found;
    for (const auto& path : paths) found.push_back({.path = plain_path(decode_path(path))});
    const auto count = [](Asked& asked, const Value& entry, const std::string& path) {
        if (!asked.path.empty() && path != asked.path && !path.starts_with(asked.path + "/")) return;
        ++asked.entries;
        if (path == asked.path) asked.type = entry["type"].str();
    };
    chosen.backend->contents(invocation, chosen.id, [&](const Value::Array& entries) {
        for (const Value& entry : entries)
            for (Asked& asked : found) count(asked, entry, plain_path(decode_path(entry["path"].str())));
    });
    return found;
}

[[noreturn]] void stands_there(const std::string& path, const char* what) {
    throw Error(Errc::exists, "'" + escape_name(path) + "' " + what)
        .with_hint("nothing is overwritten: name another directory with --to");
}

/// What an extraction that was killed left there goes when one begins.
bool holds_nothing(const fs::path& directory) {
    return std::ranges::all_of(fs::directory_iterator(directory), [](const fs::directory_entry& entry) {
        return entry.path().filename().string().starts_with(extract_staging_prefix);
    });
}

/// The rule of the tree helper: directories on the way may be there, and no links; at its end stands nothing.
void require_free(const fs::path& directory, const fs::path& path) {
    fs::path here;
    for (auto component = path.begin(); component != path.end(); ++component) {
        here /= *component;
        const auto there = fs::symlink_status(directory / here);
        if (!fs::exists(there)) return;
        if (std::next(component) == path.end()) stands_there(here.string(), "exists already");
        if (!fs::is_directory(there)) stands_there(here.string(), "exists already and is no directory");
    }
    if (!holds_nothing(directory)) stands_there(".", "is not empty");
}

}  // namespace

void rehearse_extract(Invocation& invocation, const ChosenBackup& chosen, const BackupExtract& wanted,
                      const std::string& to) {
    std::int64_t total = 0;
    for (const Asked& asked : look_up(invocation, chosen, wanted.paths)) {
        if (asked.entries == 0)
            throw Error(Errc::not_found,
                        escape_name(chosen.id) + ": the archive holds no '" + escape_name(asked.path) + "'")
                .with_hint("'jailctl backups FILE --contents' lists what it holds");
        if (wanted.out < 0) require_free(to, asked.path);
        else if (asked.type != "file" && asked.type != "hardlink")
            throw Error(Errc::invalid,
                        escape_name(chosen.id) + ": '" + escape_name(asked.path) + "' is no regular file")
                .with_hint("give a directory to write it to with --to");
        total += asked.entries;
    }
    invocation.console().line("would extract " + count_entries(total) + " of " + escape_name(chosen.id) + " to " +
                              escape_name(to));
}

}  // namespace jailctl::backup

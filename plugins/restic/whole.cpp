#include "whole.hpp"

#include <filesystem>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::restic {
namespace fs = std::filesystem;
namespace {

void refuse(const Repository& repository, const fs::path& file, const std::string& what) {
    throw Error(Errc::io, "in the restic repository at " + escape_name(repository.shown()) + " " +
                              escape_name(file.lexically_relative(repository.location()).string()) + " is " + what)
        .with_hint("see that the whole repository is there, as a mount or a sync gives it; nothing says that a backup "
                   "is damaged");
}

bool is_special(const fs::directory_entry& entry) {
    std::error_code failed;
    return entry.is_fifo(failed) || entry.is_socket(failed) || entry.is_character_file(failed) ||
           entry.is_block_file(failed);
}

}  // namespace

void require_whole(const Repository& repository) {
    if (!repository.local()) return;
    const fs::path top = repository.location();
    std::error_code failed;
    if (!fs::exists(top / "config", failed)) return;  // what restic itself says of it is better
    for (const char* directory : {"keys", "snapshots", "index", "data"})
        if (!fs::is_directory(top / directory, failed)) refuse(repository, top / directory, "no directory");
    // A file that cannot be looked at is for restic to tell.
    for (auto at = fs::recursive_directory_iterator(top, fs::directory_options::skip_permission_denied, failed);
         !failed && at != fs::recursive_directory_iterator(); at.increment(failed))
        if (is_special(*at)) refuse(repository, at->path(), "no file");
}

}  // namespace jailctl::restic

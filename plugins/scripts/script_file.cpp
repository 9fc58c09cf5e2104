#include "script_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <memory>

#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/outside_roots.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::scripts {

namespace fs = std::filesystem;

namespace {

/// Without any symbolic link. open_trusted has been through it: nobody but root can change what it means.
std::string real_path(const std::string& path) {
    const std::unique_ptr<char, void (*)(void*)> resolved(::realpath(path.c_str(), nullptr), std::free);
    if (!resolved) throw_errno("cannot resolve " + escape_name(path));
    return resolved.get();
}

UniqueFd open_script(const std::string& path) {
    try {
        return open_trusted(path, Trust::root, O_PATH);  // a look at it needs no right to read it
    } catch (Error& error) {
        if (error.code() == Errc::not_found)
            error.with_hint("put the script there, or take it out of the configuration");
        throw;
    }
}

}  // namespace

std::string require_script(const Configuration& configuration, const std::string& path) {
    const auto fd = open_script(path);
    struct stat found{};
    if (::fstat(fd.get(), &found) != 0) throw_errno("cannot examine " + escape_name(path));
    if (!S_ISREG(found.st_mode)) {
        throw Error(Errc::denied, escape_name(path) + " is no regular file").with_hint("name a script");
    }
    if ((found.st_mode & S_IXUSR) == 0) {
        throw Error(Errc::denied, escape_name(path) + " is not executable").with_hint("chmod u+x " + shell_word(path));
    }
    // A link in a root would let the jail choose a program of the host.
    require_outside_roots(configuration, path, "scripts run on the host as root: keep them where no jail can write");
    return real_path(path);
}

void check_paths(const std::string& value) {
    for (const auto& word : split_words(value)) {
        const fs::path path(word);
        bool upward = false;
        for (const auto& part : path) upward = upward || part == "..";
        if (!path.is_absolute() || upward) {
            throw Error(Errc::invalid, "'" + escape_name(word) + "' is no absolute path of a script");
        }
    }
}

void inspect_scripts(Inspection& inspection) {
    for (const auto& path : split_words(inspection.value))
        inspection.attempt([&] { (void)require_script(inspection.invocation.configuration(), path); }, path);
}

}  // namespace jailctl::scripts

#include "jailctl/sdk/outside_roots.hpp"

#include <sys/stat.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {
namespace fs = std::filesystem;
namespace {

bool is_at_or_below(fs::path at, const struct stat& root) {
    for (;; at = at.parent_path()) {
        struct stat here{};
        if (::stat(at.c_str(), &here) == 0 && here.st_dev == root.st_dev && here.st_ino == root.st_ino) return true;
        if (at == at.root_path()) return false;
    }
}

}  // namespace

void require_outside_roots(const Configuration& configuration, const fs::path& path, const std::string& hint) {
    std::error_code failed;
    const fs::path real = fs::canonical(path, failed);
    if (failed) throw Error(Errc::io, "cannot resolve " + escape_name(path.string()), failed);
    for (const auto& jail : configuration.jails) {
        struct stat root{};
        if (::stat(jail.root.c_str(), &root) != 0) continue;
        if (is_at_or_below(path, root) || is_at_or_below(real, root))
            throw Error(Errc::denied, escape_name(path.string()) + " lies in the root of jail " + jail.name.text())
                .with_hint(hint);
    }
}

}  // namespace jailctl

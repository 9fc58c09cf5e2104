#include "addons.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"

namespace jailctl::create {

Addons Addons::open(const Configuration& configuration) {
    Addons addons;
    try {
        addons.etc_ = open_trusted_directory(configuration.path("ADDONS") / "etc", Trust::root);
    } catch (const Error& error) {
        if (error.code() != Errc::not_found) throw;
    }
    return addons;
}

bool Addons::has(const std::string& name) const noexcept {
    struct stat found {};
    return etc_ && ::fstatat(etc_.get(), name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace jailctl::create

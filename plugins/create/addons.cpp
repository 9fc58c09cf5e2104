#include "addons.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "jailctl/sdk/files.hpp"

namespace jailctl::create {

Addons Addons::open(const Configuration& configuration) {
    Addons addons;
    addons.etc_ = find_trusted(configuration.path("ADDONS") / "etc", Trust::root, O_PATH | O_DIRECTORY);
    return addons;
}

bool Addons::has(const std::string& name) const noexcept {
    struct stat found {};
    return etc_ && ::fstatat(etc_.get(), name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0;
}

}  // namespace jailctl::create

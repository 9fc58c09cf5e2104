#include "archive/place.hpp"

#include <sys/stat.h>

#include "attributes.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {

void finish_directory(int fd, const std::string& path, const DirectoryEnd& end) {
    if (end.own) {
        if (end.uid != 0 || end.gid != 0 || end.gives_group)
            set_owner_at(fd, "", static_cast<uid_t>(end.uid), static_cast<gid_t>(end.gid));
        // With an access ACL the group bits are its mask, and the member's mode says the same.
        if (::fchmod(fd, end.mode) != 0) throw_errno("cannot set the mode of " + escape_name(path));
    }
    if (end.timed) set_times_at(fd, "", end.modified, end.modified);
}

void Place::release() {
    if (users_.fetch_sub(1, std::memory_order_acq_rel) == 1) finish_directory(fd_.get(), path_, end_);
}

}  // namespace jailctl::tree

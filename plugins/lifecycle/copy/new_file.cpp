#include "new_file.hpp"

#include <cerrno>
#include <fcntl.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/extract_staging.hpp"
#include "jailctl/sdk/text.hpp"
#include "nameless.hpp"

namespace jailctl::lifecycle {

NewFile::NewFile(int directory) : directory_(directory), fd_(open_nameless(directory)) {
    if (fd_) return;
    staging_.emplace(directory_);
    fd_ = UniqueFd{
        ::openat(staging_->fd(), extract_staging_content, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)};
    if (!fd_) throw_errno("cannot make a file");
}

void NewFile::publish(const std::string& name) {
    if (!staging_) {
        if (name_it(fd_.get(), directory_, name.c_str())) return;
        if (errno != EEXIST) throw_errno("cannot write " + escape_name(name));
        staging_.emplace(directory_);  // only a rename replaces, and for that it needs a name
        if (!name_it(fd_.get(), staging_->fd(), extract_staging_content))
            throw_errno("cannot write " + escape_name(name));
    }
    staging_->publish(name);
}

}  // namespace jailctl::lifecycle

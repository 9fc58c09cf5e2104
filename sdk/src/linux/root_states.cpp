// What stands at the path of a root, for status without opening it.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/text.hpp"
#include "resolve.hpp"
#include "root_path.hpp"

namespace jailctl {
/// @return the descriptor of a parent that only root may write, -1 if it is absent
int RootStates::checked(std::string_view parent) {
    if (fd_ && parent_ == parent) return fd_.get();
    fd_.reset();  // first: the walk may refuse
    parent_ = parent;
    fd_ = find_trusted(parent_, Trust::root, O_PATH | O_DIRECTORY);
    return fd_.get();
}

RootState RootStates::of(const std::filesystem::path& root) {
    // Cut as text: status asks for hundreds of roots, and taking a path apart costs more than looking at one.
    const std::string text = is_plain(root.native()) ? root.native() : normal(root).native();
    const std::string_view clean = text;
    const auto slash = clean.rfind('/');
    if (slash == clean.npos) throw Error(Errc::invalid, "not an absolute path: " + escape_name(root.string()));
    const int parent = checked(clean.substr(0, std::max<std::size_t>(slash, 1)));
    if (parent < 0) return RootState::absent;
    const std::string name(clean.substr(slash + 1));
    struct stat status {};
    if (::fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return RootState::absent;
        throw_errno("cannot look at " + escape_name(root.string()));
    }
    if (!S_ISDIR(status.st_mode)) return RootState::not_a_directory;
    // Three links: ".", its name, and at most lost+found. More are directories of a system, and nothing need be read.
    if (status.st_nlink > 3) return RootState::present;
    const UniqueFd fd = resolve(parent, name, O_PATH | O_DIRECTORY, root_rules);
    if (!fd) throw_errno("cannot look at " + escape_name(root.string()));
    return is_empty_directory(fd.get()) ? RootState::empty : RootState::present;
}

RootState root_state(const std::filesystem::path& root) { return RootStates().of(root); }

}  // namespace jailctl

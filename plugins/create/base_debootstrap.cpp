#include "base_debootstrap.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "debian_word.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/tree.hpp"
#include "jailctl/sdk/views.hpp"
#include "mmdebstrap.hpp"

namespace jailctl::create {

namespace {

// Debian 12 minbase: 170 MB as files, and as much again as the tar they come from; mmdebstrap's own tree, with packages
// and lists in it, is gone before the tar is unpacked, and larger than what comes out.
constexpr std::uint64_t minbase_bytes = 500'000'000;

/// The staging directory, empty until the tar is unpacked, is its /tmp: what it leaves there when it is killed
/// goes with the staging directory, by the undo of create. And apt's own user reaches it there, which gets
/// past no directory above it.
UniqueFd own_tmp(const BaseTarget& target) {
    const Rootfs root = Rootfs::open(target.directory());
    root.open_to_jail_users();
    return directory_mount(root.open_directory("").get());
}

/// What helpers of its programs had no time to remove when they were killed with it.
void clear(const BaseTarget& target) {
    const Rootfs root = Rootfs::open(target.directory());
    if (root.empty()) return;
    TreeJob job;
    job.action = "remove";
    job.arguments = Value::object();
    job.root = root.fd();
    (void)run_tree(job);
}

}  // namespace

void DebootstrapBase::check(Invocation&, const std::string& what) {
    (void)parse_debian_word(what);
    (void)installed_mmdebstrap();
}

std::uint64_t DebootstrapBase::estimate(Invocation&, const std::string&) { return minbase_bytes; }

void DebootstrapBase::install(Invocation& invocation, const std::string& what, BaseTarget& target) {
    const auto word = parse_debian_word(what);
    // The unpacker takes regular files alone: a file without a name, beside the staging directory, which nobody can
    // leave.
    const UniqueFd beside{::open(target.directory().parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!beside) throw_errno("cannot open " + target.directory().parent_path().string());
    const UniqueFd tar = unnamed_file(beside.get(), ".jailctl-base." + std::to_string(::getpid()));
    const UniqueFd tmp = own_tmp(target);
    run_mmdebstrap(invocation, word, tar.get(), tmp.get());
    clear(target);
    const off_t size = ::lseek(tar.get(), 0, SEEK_END);
    if (size < 0 || ::lseek(tar.get(), 0, SEEK_SET) != 0) throw_errno("cannot go back to the beginning of the tar");
    target.unpack(tar.get(), static_cast<std::uint64_t>(size));
}

}  // namespace jailctl::create

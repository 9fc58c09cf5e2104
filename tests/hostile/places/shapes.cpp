#include "shapes.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "support.hpp"

namespace jailctl::test {
namespace fs = std::filesystem;
namespace {

void set_flags(const fs::path& path, long flags) {
    const int file = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0) return;
    (void)::ioctl(file, FS_IOC_SETFLAGS, &flags);
    ::close(file);
}

/// Larger than anything that reads a file whole may take; a backup hashes each byte of it, so no larger.
void huge(const fs::path& path) {
    spit(path, "");
    fs::resize_file(path, std::uintmax_t{256} << 20U);
}

}  // namespace

void make_mutable(const fs::path& path) {
    struct stat found {};
    if (::lstat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode)) set_flags(path, 0);
}

const std::vector<Shape>& hostile_shapes() {
    static const std::vector<Shape> shapes = {
        {"an absolute link", [](const auto& at, const auto& outside) { fs::create_symlink(outside / "file", at); }},
        {"a link by way of ..",
         [](const auto& at, const auto& outside) {
             fs::create_symlink(fs::path("../../../../../../../../..") / (outside / "file").relative_path(), at);
         }},
        {"a link to a directory",
         [](const auto& at, const auto& outside) { fs::create_directory_symlink(outside, at); }},
        {"a link to what is not there",
         [](const auto& at, const auto& outside) { fs::create_symlink(outside / "new", at); }},
        {"a link to itself", [](const auto& at, const auto&) { fs::create_symlink(at.filename(), at); }},
        {"a link into /proc", [](const auto& at, const auto&) { fs::create_symlink("/proc/self/exe", at); }},
        {"a fifo", [](const auto& at, const auto&) { ::mkfifo(at.c_str(), 0666); }},
        {"a directory with a file",
         [](const auto& at, const auto&) {
             fs::create_directory(at);
             spit(at / "in", "x");
         }},
        {"a device without end",
         [](const auto& at, const auto&) { ::mknod(at.c_str(), S_IFCHR | 0666, ::makedev(1, 5)); }},
        {"a huge file", [](const auto& at, const auto&) { huge(at); }},
        {"a hard link to a file of the host",
         [](const auto& at, const auto& outside) { fs::create_hard_link(outside / "file", at); }},
        {"a file nobody may read", [](const auto& at, const auto&) { spit(at, "x", 0000); }},
        {"an immutable file",
         [](const auto& at, const auto&) {
             spit(at, "x");
             set_flags(at, FS_IMMUTABLE_FL);
         }},
        {"control bytes",
         [](const auto& at, const auto&) { spit(at, std::string("root:\x1b[31m:0:0:\n\0\n::::::\nx:\xff\n", 27)); }},
    };
    return shapes;
}

}  // namespace jailctl::test

#include "trees.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/xattr.h>

namespace jailctl::tree::test {

void TreeActions::SetUp() {
    JAILCTL_NEEDS_ROOT();
    tree_ = scratch_.path() / "tree";
    other_ = scratch_.path() / "other";
    outside_ = scratch_.path() / "outside";
    for (const auto& directory : {tree_, other_, outside_}) fs::create_directory(directory);
    spit(outside_ / "precious", "do not touch");
}

Value TreeActions::run_with(Action action, const fs::path& root, Value arguments,
                            std::vector<std::pair<std::string, int>> descriptors) {
    const UniqueFd sink{::open("/dev/null", O_RDWR | O_CLOEXEC)};
    Channel channel(sink.get());
    Request request;
    request.arguments = std::move(arguments);
    request.descriptors = std::move(descriptors);
    const int here = ::open(".", O_RDONLY | O_CLOEXEC);
    Job job(std::move(request), UniqueFd{::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)}, channel);
    const UniqueFd back{here};
    struct Return {
        int fd;
        ~Return() { (void)!::fchdir(fd); }  // the helper may change its working directory
    } return_home{here};
    return job.finish(action(job));
}

Value TreeActions::run(Action action, const fs::path& root, Value arguments, const fs::path& source) {
    if (source.empty()) return run_with(action, root, std::move(arguments), {});
    const UniqueFd directory{::open(source.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    return run_with(action, root, std::move(arguments), {{"source", directory.get()}});
}

struct stat status_of(const fs::path& path) {
    struct stat status {};
    EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
    return status;
}

bool stands(const fs::path& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0;
}

void make_fifo(const fs::path& path) { ASSERT_EQ(::mkfifo(path.c_str(), 0640), 0); }

void make_socket(const fs::path& path) {
    const UniqueFd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    ASSERT_LT(path.string().size(), sizeof address.sun_path);
    path.string().copy(address.sun_path, sizeof address.sun_path - 1);
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
}

void set_attribute(const fs::path& path, const std::string& name, const std::string& value) {
    ASSERT_EQ(::lsetxattr(path.c_str(), name.c_str(), value.data(), value.size(), 0), 0) << name << " of " << path;
}

std::string attribute(const fs::path& path, const std::string& name) {
    std::string value(4096, '\0');
    const ssize_t size = ::lgetxattr(path.c_str(), name.c_str(), value.data(), value.size());
    if (size < 0) return "-";
    value.resize(static_cast<std::size_t>(size));
    return value;
}

void set_file_flags(const fs::path& path, unsigned flags) {
    const UniqueFd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    unsigned current = 0;
    ASSERT_EQ(::ioctl(file.get(), FS_IOC_GETFLAGS, &current), 0);
    current |= flags;
    ASSERT_EQ(::ioctl(file.get(), FS_IOC_SETFLAGS, &current), 0);
}

unsigned file_flags(const fs::path& path) {
    const UniqueFd file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    unsigned flags = 0;
    EXPECT_EQ(::ioctl(file.get(), FS_IOC_GETFLAGS, &flags), 0);
    return flags;
}

void make_deep(const fs::path& top, int depth) {
    UniqueFd at{::open(top.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    for (int i = 0; i < depth; ++i) {
        ASSERT_EQ(::mkdirat(at.get(), "d", 0755), 0);
        at.reset(::openat(at.get(), "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    const UniqueFd file{::openat(at.get(), "f", O_WRONLY | O_CREAT | O_CLOEXEC, 0644)};
    ASSERT_TRUE(file);
}

int depth_of(const fs::path& top) {
    UniqueFd at{::open(top.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    int depth = 0;
    while (true) {
        UniqueFd next{::openat(at.get(), "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        if (!next) return ::faccessat(at.get(), "f", F_OK, 0) == 0 ? depth : -1;
        at = std::move(next);
        ++depth;
    }
}

}  // namespace jailctl::tree::test

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <chrono>
#include <csignal>

#include "archives.hpp"

namespace jailctl::tree::test {
namespace {

constexpr const char* secret = "THE SECRET OF THE HOST";

/// A process that exchanges names in the tree for links out of it, as fast as it can.
class Swapper {
public:
    explicit Swapper(const std::function<void()>& swap) : pid_(::fork()) {
        if (pid_ != 0) return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) swap();
    }
    ~Swapper() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

private:
    pid_t pid_;
};

void exchange(const fs::path& a, const fs::path& b) {
    ::renameat2(AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE);
}

TEST_F(Archives, NothingOutsideIsReadWhateverIsSwappedUnderTheWalker) {
    // Without the helper's own root, so that the walker alone has to hold: links lead out of the tree by "..", and
    // absolutely, and a directory is moved upwards and back.
    spit(outside_ / "file", secret);
    fs::create_directory(outside_ / "inner");
    spit(outside_ / "inner" / "file", secret);
    fs::create_directories(tree_ / "a" / "dir" / "inner");
    for (const char* file : {"a/file", "a/dir/file", "a/dir/inner/file"}) spit(tree_ / file, "harmless");
    fs::create_symlink(outside_, tree_ / "a" / "to-dir");
    fs::create_symlink("../../outside/file", tree_ / "a" / "to-file");
    make_fifo(tree_ / "a" / "fifo");
    const Swapper directories([&] { exchange(tree_ / "a/dir", tree_ / "a/to-dir"); });
    const Swapper files([&] { exchange(tree_ / "a/file", tree_ / "a/to-file"); });
    const Swapper fifos([&] { exchange(tree_ / "a/file", tree_ / "a/fifo"); });
    const Swapper upwards([&] {
        ::rename((tree_ / "a/dir/inner").c_str(), (outside_ / "moved").c_str());
        ::rename((outside_ / "moved").c_str(), (tree_ / "a/dir/inner").c_str());
    });
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(4);
    for (int runs = 0; runs < 20 || std::chrono::steady_clock::now() < end; ++runs) {
        pack(tree_, archive_, Value::object().set("format", "tar"));
        ASSERT_EQ(slurp(archive_).find(secret), std::string::npos) << "after " << runs << " runs";
        ASSERT_EQ(refusal(slurp(archive_)), std::nullopt) << "an archive of a restless tree is still an archive";
    }
}

}  // namespace
}  // namespace jailctl::tree::test

#include <chrono>

#include "archives.hpp"
#include "swapper.hpp"

namespace jailctl::tree::test {
namespace {

constexpr const char* secret = "THE SECRET OF THE HOST";

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

TEST_F(Archives, NothingOutsideIsWrittenWhateverIsSwappedUnderARestore) {
    for (const char* name : {"dir/sub/one", "dir/sub/two", "dir/three", "last/four"}) {
        fs::create_directories((tree_ / name).parent_path());
        spit(tree_ / name, "harmless");
    }
    for (int i = 0; i < 100; ++i) spit(tree_ / "dir/sub" / std::to_string(i), "harmless");
    pack(tree_, archive_);
    const auto bait = scratch_.path() / "bait";
    for (int i = 0; i < 25; ++i) {
        const auto target = scratch_.path() / ("target" + std::to_string(i));
        fs::create_directory(target);
        fs::remove_all(bait);
        fs::create_symlink(outside_, bait);
        const Swapper directories([&] { exchange(target / "dir", bait); });
        const Swapper inner([&] { exchange(target / "dir/sub", bait); });
        try {
            unpack(archive_, target);
        } catch (const Error&) {
            // It may fail, and does.
        }
        ASSERT_EQ(std::distance(fs::directory_iterator(outside_), {}), 1) << "after " << i << " runs";
        ASSERT_EQ(slurp(outside_ / "precious"), "do not touch");
    }
}

}  // namespace
}  // namespace jailctl::tree::test

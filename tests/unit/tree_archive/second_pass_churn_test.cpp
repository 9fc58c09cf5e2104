// A tree that changes all through the live pass: the second pass makes right whatever the first one saw.
#include <atomic>
#include <random>
#include <thread>

#include "two_passes.hpp"

namespace jailctl::tree::test {
namespace {

/// Makes, writes, renames, links and removes in two levels of directories; what fails, fails.
void disturb(const fs::path& root, std::mt19937& random) {
    const auto any = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
    const auto name = [&] {
        const fs::path directory = root / std::to_string(any(12));
        return any(6) == 0 ? directory : directory / std::to_string(any(30));
    };
    std::error_code ignored;
    const fs::path one = name(), two = name();
    switch (any(7)) {
        case 0: fs::create_directory(one, ignored); break;
        case 1: fs::rename(one, two, ignored); break;
        case 2: fs::create_hard_link(one, two, ignored); break;
        case 3: fs::remove(one, ignored); break;
        case 4: fs::create_symlink(two, one, ignored); break;
        default:
            if (!fs::is_directory(one.parent_path(), ignored) || fs::is_directory(one, ignored) ||
                fs::is_symlink(one, ignored))
                break;
            spit(one, std::string(any(200'000), static_cast<char>('a' + any(26))));
    }
}

TEST_F(TwoPasses, ATreeThatNeverRestsComesOutAsItStoodAtLast) {
    for (unsigned seed = 1; seed <= 3; ++seed) {
        std::mt19937 random(seed);
        for (int i = 0; i < 12; ++i) fs::create_directory(tree_ / std::to_string(i));
        for (int i = 0; i < 1500; ++i) disturb(tree_, random);
        std::atomic<bool> ended = false;
        std::thread churn([&] { for (; !ended; ::usleep(20)) disturb(tree_, random); });
        live();
        for (int i = 0; i < 20; ++i) ::usleep(1000);
        ended = true;
        churn.join();
        finish();
        SCOPED_TRACE("seed " + std::to_string(seed));
        expect_the_tree();
        if (HasFailure()) return;
        fs::remove_all(tree_);
        fs::create_directory(tree_);
    }
}

}  // namespace
}  // namespace jailctl::tree::test

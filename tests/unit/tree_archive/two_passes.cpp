#include "two_passes.hpp"

#include <ctime>
#include <fcntl.h>

#include "awkward.hpp"

#include "jailctl/sdk/files.hpp"

namespace jailctl::tree::test {
namespace {

using jailctl::test::run_command;

std::int64_t now() {
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &time);
    return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

UniqueFd made(const fs::path& path) {
    return UniqueFd{::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
}

UniqueFd opened(const fs::path& path) { return UniqueFd{::open(path.c_str(), O_RDWR | O_CLOEXEC)}; }

void age_alike(const fs::path& like, const fs::path& path) {
    const struct stat status = status_of(like);
    const timespec times[2]{status.st_atim, status.st_mtim};
    EXPECT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
}

void expect_same(const std::map<std::string, std::string>& before, const std::map<std::string, std::string>& after,
                 const char* by) {
    for (const auto& [path, text] : before)
        EXPECT_EQ(text, after.contains(path) ? after.at(path) : "missing") << by << ": " << path;
    for (const auto& [path, text] : after) EXPECT_TRUE(before.contains(path)) << by << " gives " << path;
}

}  // namespace

void TwoPasses::wait_for_the_clock() {
    for (const std::int64_t before = now(); now() == before;) ::usleep(500);
}

void TwoPasses::live(Value arguments, const std::function<void()>& synced) {
    wait_for_the_clock();
    since_ = now();
    arguments_ = std::move(arguments);
    if (synced) {  // slow on a busy machine, and of no concern to what does not map files
        sync_file_system(UniqueFd{::open(tree_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)}.get(), tree_.string());
        synced();
    }
    const UniqueFd out = made(file("live")), ledger = made(file("ledger"));
    Value wanted = arguments_;
    const Value packed = run_with(actions::pack, tree_, wanted.set("format", "tar.zst").set("level", "fast"),
                                  {{"out", out.get()}, {"ledger", ledger.get()}});
    end_ = packed["members_end"].num();
}

Value TwoPasses::finish(const std::string& format) {
    const UniqueFd ledger = opened(file("ledger")), live = opened(file("live"));
    const UniqueFd tail = made(file("tail")), plan = made(file("plan")), out = made(archive_);
    Value wanted = arguments_;
    second_ = run_with(actions::catch_up, tree_, wanted.set("since", since_).set("members_end", end_),
                       {{"ledger", ledger.get()}, {"out", tail.get()}, {"plan", plan.get()}});
    return run_with(actions::splice, scratch_.path(), Value::object().set("format", format).set("counts", second_),
                    {{"live", live.get()}, {"tail", tail.get()}, {"plan", plan.get()}, {"out", out.get()}});
}

void TwoPasses::expect_the_tree() {
    const auto before = describe(tree_);
    const Value checked = check(archive_);
    EXPECT_EQ(checked["entries"].num(), static_cast<std::int64_t>(before.size()));
    const auto target = [&](const char* name) {
        const fs::path path = scratch_.path() / (name + std::to_string(++round_));
        fs::create_directory(path);
        return path;
    };
    const fs::path ours = target("ours"), gnu = target("gnu"), bsd = target("bsd");
    unpack(archive_, ours);
    expect_same(before, describe(ours), "jailctl");
    const auto tar = run_command({"tar", "--xattrs", "--xattrs-include=*", "--acls", "--numeric-owner", "-C",
                                  gnu.string(), "-xpzf", archive_.string()});
    EXPECT_EQ(tar.err, "");
    expect_same(before, describe(gnu), "tar");
    const auto bsdtar = run_command({"bsdtar", "--numeric-owner", "--acls", "--xattrs", "--fflags", "-C", bsd.string(),
                                     "-xpf", archive_.string()});
    EXPECT_EQ(bsdtar.err, "");
    age_alike(tree_, bsd);  // it leaves the time of the directory that it was told to unpack into alone
    expect_same(before, describe(bsd), "bsdtar");
}

}  // namespace jailctl::tree::test

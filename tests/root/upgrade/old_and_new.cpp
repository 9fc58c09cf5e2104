#include "old_and_new.hpp"

namespace jailctl::test {

namespace fs = std::filesystem;

void OldAndNew::SetUp() {
    JAILCTL_NEEDS_ROOT();
    use(pack("1"));
    const Result made = create();
    ASSERT_EQ(made.status, 0) << made.all();
}

std::string OldAndNew::pack(const std::string& version, const std::function<void(const fs::path&)>& change) {
    const fs::path tree = site_.path() / ("base-" + version), archive = site_.path() / ("base-" + version + ".tar");
    fs::remove_all(tree);
    for (const char* directory : {"bin", "etc", "usr/lib", "var/lib", "root", "dev", "proc", "sys", "tmp", "run"})
        fs::create_directories(tree / directory);
    fs::copy_file("/bin/busybox", tree / "bin/busybox");
    for (const char* applet : {"sh", "true", "cat", "sleep"}) fs::create_symlink("busybox", tree / "bin" / applet);
    spit(tree / "etc/passwd", "root:x:0:0::/root:/bin/sh\n");
    spit(tree / "etc/shadow", "root:!:1:0:99999:7:::\n", 0640);
    spit(tree / "etc/group", "root:x:0:\n");
    for (const char* file : {"etc/untouched.conf", "etc/changed.conf", "usr/lib/version", "var/lib/data"})
        spit(tree / file, version);
    spit(tree / "etc/steady.conf", "the same in all versions");
    if (change) change(tree);
    EXPECT_EQ(run_command({"tar", "-C", tree.string(), "-cf", archive.string(), "."}).status, 0);
    return archive.string();
}

void OldAndNew::use(const std::string& archive, const std::string& more) {
    site_.configure({"a.test:192.0.2.1"}, "BASE='archive:" + archive + "'\n" + more);
}

Result OldAndNew::upgrade(const std::vector<std::string>& options) {
    std::vector<std::string> words{"upgrade", "a.test"};
    words.insert(words.end(), options.begin(), options.end());
    return site_.jailctl(words);
}

void OldAndNew::expect_version(const std::string& version) {
    EXPECT_EQ(in_jail("usr/lib/version"), version);
    EXPECT_EQ(in_jail("etc/untouched.conf"), version);
    EXPECT_EQ(in_jail("var/lib/data"), "1") << "data is the site's";
    EXPECT_THAT(site_.leftovers(), ::testing::IsEmpty());
    const Value record = parse_json(slurp(site_.state() / "bases/a.test.json"));
    EXPECT_THAT(record["base"].str(), ::testing::HasSubstr("base-" + version + ".tar"));
}

}  // namespace jailctl::test

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <elf.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

#include "support.hpp"

/// Broken plugins, each through the installed program: it is left out with the reason, `plugins` shows why, and every
/// other command works.
namespace jailctl::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::Not;

class Zoo : public testing::Test {
protected:
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        fs::create_directory(cage());
        ::chmod(cage().c_str(), 0755);
        put("good");
    }
    [[nodiscard]] fs::path cage() const { return scratch_.path() / "plugins"; }
    [[nodiscard]] fs::path file(const std::string& name) const { return cage() / (name + ".so"); }
    void put(const std::string& animal, const std::string& as = {}) const {
        const auto target = file(as.empty() ? animal : as);
        spit(target, slurp(fs::path(ZOO_DIR) / (animal + ".so")), 0644);
    }
    [[nodiscard]] Result run(std::vector<std::string> arguments) const {
        std::vector<std::string> argv{(stage() / "bin/jailctl").string(), "--config",
                                      (scratch_.path() / "none").string(), "--plugin-dir", cage().string()};
        argv.insert(argv.end(), arguments.begin(), arguments.end());
        return run_command(argv);
    }
    /// `name` is left out for a reason that contains `reason`; the good plugin and the host go on.
    void expect_left_out(const std::string& name, const std::string& reason) const {
        const auto listed = run({"plugins"});
        EXPECT_EQ(listed.status, 0) << listed.err;
        EXPECT_THAT(listed.out, HasSubstr("!" + name));
        EXPECT_THAT(listed.out, HasSubstr(reason));
        EXPECT_THAT(listed.out, HasSubstr(" good"));
        const auto inspected = run({"plugins", "inspect", name});
        EXPECT_EQ(inspected.status, 0) << inspected.err;
        EXPECT_THAT(inspected.out, HasSubstr(reason));
        expect_good_works(name);
    }
    void expect_good_works(const std::string& warned_of = {}) const {
        const auto good = run({"good-command"});
        EXPECT_EQ(good.status, 0) << good.err;
        EXPECT_EQ(good.out, "this is good\n");
        if (warned_of.empty()) EXPECT_EQ(good.err, "");
        else EXPECT_THAT(good.err, HasSubstr("warning: plugin " + warned_of + " is left out: "));
        EXPECT_EQ(run({"version"}).err, "");
        EXPECT_EQ(run({"help"}).status, 0);
    }

    Scratch scratch_;
};

TEST_F(Zoo, TheGoodOneIsLoadedWithoutAWord) { expect_good_works(); }

TEST_F(Zoo, TruncatedFileIsRefusedBeforeItIsMapped) {
    put("good", "cut");
    for (const auto part : {2, 3, 10}) {
        fs::resize_file(file("cut"), fs::file_size(file("good")) / static_cast<std::uintmax_t>(part));
        expect_left_out("cut", "damaged");
    }
    fs::resize_file(file("cut"), 30);
    expect_left_out("cut", "damaged");
}

TEST_F(Zoo, FileForAnotherMachineIsNamedAsSuch) {
    auto image = slurp(file("good"));
    const Elf64_Half riscv = EM_RISCV;
    image.replace(offsetof(Elf64_Ehdr, e_machine), sizeof riscv, reinterpret_cast<const char*>(&riscv), sizeof riscv);
    spit(file("foreign"), image);
    expect_left_out("foreign", "another machine");
}

TEST_F(Zoo, FileOfAnotherClassIsNamedAsSuch) {
    auto image = slurp(file("good"));
    image[EI_CLASS] = ELFCLASS32;
    spit(file("small"), image);
    expect_left_out("small", "built for 32 bits, jailctl for 64");
}

TEST_F(Zoo, EmptyAndTextFilesAreNoPlugins) {
    spit(file("empty"), "");
    expect_left_out("empty", "empty");
    fs::remove(file("empty"));
    spit(file("text"), "#!/bin/sh\necho this is no plugin\n");
    expect_left_out("text", "not an ELF shared object");
}

TEST_F(Zoo, SanitizedPluginIsRefusedByAPlainHost) {
#ifdef ZOO_SANITIZED
    GTEST_SKIP() << "this host has the sanitizer runtime itself";
#endif
    put("asan");
    expect_left_out("asan", "sanitizer");
}

TEST_F(Zoo, ObjectsWithoutOrWithAForeignManifest) {
    put("bare");
    expect_left_out("bare", "no jailctl_plugin_v1");
    fs::remove(file("bare"));
    put("magic");
    expect_left_out("magic", "magic number");
    fs::remove(file("magic"));
    put("size");
    expect_left_out("size", "has 16 bytes");
    fs::remove(file("size"));
    put("runpath");
    expect_left_out("runpath", "RUNPATH");
}

TEST_F(Zoo, OtherSdkVersionsAreNamedWithBothValues) {
    put("minor");
    expect_left_out("minor", "built for SDK 1.999, this jailctl offers 1.");
    fs::remove(file("minor"));
    put("major");
    expect_left_out("major", "built for SDK 2.");
}

TEST_F(Zoo, EveryDifferingAbiFactIsNamedWithBothValues) {
    put("abi");
    expect_left_out("abi", "Boost 1.81 (jailctl: 1.");
    EXPECT_THAT(run({"plugins"}).out, HasSubstr("debug mode of the standard library o"));
}

TEST_F(Zoo, ThrowingInAttachOrCreateLeavesOut) {
    put("attach_error");
    expect_left_out("attach_error", "attach: it is too wet");
    fs::remove(file("attach_error"));
    put("attach_std");
    expect_left_out("attach_std", "plugin 'attach_std' failed: too long");
    fs::remove(file("attach_std"));
    put("attach_int");
    expect_left_out("attach_int", "no exception class");
    fs::remove(file("attach_int"));
    put("create_std");
    expect_left_out("create_std", "no room in the ark");
    EXPECT_EQ(run({"create_std-command"}).status, 2);
}

TEST_F(Zoo, ForeignExceptionOfACommandNamesThePlugin) {
    const auto thrown = run({"throw"});
    EXPECT_EQ(thrown.status, 1);
    EXPECT_THAT(thrown.err, HasSubstr("jailctl: plugin 'good' failed: too far"));
}

/// What a plugin's look at a value throws is an error at that value, and takes down no more than another wrong value.
TEST_F(Zoo, ForeignExceptionOfAVariableIsAnErrorAtItsValue) {
    put("wild");
    Site site({"a.test:192.0.2.1", "wanting.test:192.0.2.2"}, "WILD=tame\n");
    const auto run_there = [&](std::vector<std::string> words) {
        words.insert(words.begin(), {"--plugin-dir", cage().string()});
        return site.jailctl(words);
    };
    EXPECT_EQ(run_there({"config", "check"}).status, 0) << run_there({"config", "check"}).all();
    const auto file = site.path() / "jails.d/a.test.conf";
    fs::create_directories(file.parent_path());
    const auto expect_told = [&](const std::string& value, const std::string& sentence) {
        spit(file, "# one line before\nWILD=" + value + "\n");
        const auto checked = run_there({"config", "check"});
        EXPECT_EQ(checked.status, 2) << checked.all();
        EXPECT_THAT(checked.out, HasSubstr(file.string() + ":2:6: error: WILD: plugin 'wild' failed" + sentence));
        EXPECT_THAT(checked.out, HasSubstr("WILD=" + value + "\n"));
        EXPECT_THAT(checked.out, HasSubstr("^"));
        EXPECT_EQ(run_there({"good-command"}).out, "this is good\n");
        EXPECT_EQ(run_there({"plugins"}).status, 0);
    };
    expect_told("int", " with something that is no exception class");
    EXPECT_EQ(run_there({"config", "show", "a.test"}).status, 2);
    EXPECT_EQ(run_there({"config", "show"}).status, 0);  // of the host nothing is wrong
    expect_told("std", ": too far");
    expect_told("later", " with something that is no exception class");
    EXPECT_EQ(run_there({"config", "show", "a.test"}).status, 0);  // only config check looks that closely
    fs::remove(file);
    site.configure({"a.test:192.0.2.1", "wanting.test:192.0.2.2"});
    const auto wanting = run_there({"config", "check"});
    EXPECT_EQ(wanting.status, 2);
    EXPECT_THAT(wanting.out, HasSubstr("WILD: plugin 'wild' failed with something that is no exception class"));
}

TEST_F(Zoo, CyclePrintsItsPath) {
    put("cycle_a");
    put("cycle_b");
    expect_left_out("cycle_a", "cycle_a -> cycle_b -> cycle_a");
    expect_left_out("cycle_b", "cycle_a -> cycle_b -> cycle_a");
}

TEST_F(Zoo, MissingNeedIsNamed) {
    put("hungry");
    expect_left_out("hungry", "it needs the service food/1, which no loaded plugin provides");
    EXPECT_EQ(run({"hungry-command"}).status, 2);
}

TEST_F(Zoo, CommandOfTwoPluginsBelongsToNeitherUntilDecided) {
    put("twin_a");
    put("twin_b");
    const auto refused = run({"twins"});
    EXPECT_EQ(refused.status, 2);
    EXPECT_THAT(refused.err, HasSubstr("jailctl: command 'twins' is registered by the plugins 'twin_a' and 'twin_b'"));
    EXPECT_THAT(run({"plugins"}).out, HasSubstr("'twin_a' and 'twin_b'"));
    EXPECT_EQ(run({"good-command"}).out, "this is good\n");
    Site site({}, "PLUGIN_PREFER=twins:twin_b");
    const auto decided = site.jailctl({"--plugin-dir", cage().string(), "twins"});
    EXPECT_EQ(decided.out, "this is twin_b\n") << decided.err;
    EXPECT_EQ(decided.status, 0);
}

TEST_F(Zoo, BuiltInCommandsCannotBeTakenOver) {
    put("usurper");
    const auto version = run({"version"});
    EXPECT_THAT(version.out, testing::StartsWith("jailctl "));
    EXPECT_THAT(run({"plugins"}).out, HasSubstr("command 'version' of the plugin 'usurper' is left out"));
}

TEST_F(Zoo, TwoFilesOfOneNameLoadOnce) {
    put("good", "other");
    EXPECT_THAT(run({"plugins"}).out, HasSubstr("a plugin of that name was loaded from"));
    EXPECT_EQ(run({"good-command"}).out, "this is good\n");
}

TEST_F(Zoo, WritableFilesLinksAndForeignOwnersAreNotTrusted) {
    put("twin_a", "open");
    ::chmod(file("open").c_str(), 0666);
    expect_left_out("open", "can be written by others");
    fs::remove(file("open"));
    put("twin_a", "theirs");
    ASSERT_EQ(::chown(file("theirs").c_str(), 1234, 1234), 0);
    expect_left_out("theirs", "belongs to uid 1234");
    fs::remove(file("theirs"));
    fs::create_symlink(fs::path(ZOO_DIR) / "twin_a.so", file("link"));
    expect_left_out("link", "symbolic link");
    fs::remove(file("link"));
    fs::create_directory(file("directory"));
    expect_left_out("directory", "not a regular file");
}

TEST_F(Zoo, NothingIsLoadedFromADirectoryOthersCanWrite) {
    ::chmod(cage().c_str(), 0777);
    const auto listed = run({"plugins"});
    EXPECT_EQ(listed.status, 1);
    EXPECT_THAT(listed.err, HasSubstr("no plugins are loaded: "));
    EXPECT_EQ(run({"good-command"}).status, 2);
    EXPECT_EQ(run({"help"}).status, 0);
}

TEST_F(Zoo, DisabledPluginsAreNotOpened) {
    ASSERT_EQ(::truncate(file("good").c_str(), 100), 0);
    const auto listed = run({"plugins", "--disable-plugin", "good"});
    EXPECT_THAT(listed.out, HasSubstr("-good"));
    EXPECT_THAT(listed.out, HasSubstr("disabled by"));
    EXPECT_THAT(listed.out, Not(HasSubstr("damaged")));
    EXPECT_THAT(run({"--no-plugins", "plugins"}).out, HasSubstr("--no-plugins was given"));
}

TEST_F(Zoo, JsonNamesTheReason) {
    spit(file("text"), "no plugin");
    Site site({});
    const auto document = site.json({"--plugin-dir", cage().string(), "plugins"});
    EXPECT_TRUE(document["ok"].truth());
    ASSERT_EQ(document["plugins"].items().size(), 2U);
    EXPECT_EQ(document["plugins"].items()[0]["name"].str(), "good");
    EXPECT_TRUE(document["plugins"].items()[0]["loaded"].truth());
    EXPECT_FALSE(document["plugins"].items()[1]["loaded"].truth(true));
    EXPECT_EQ(document["plugins"].items()[1]["reason"].str(), "not an ELF shared object");
}

}  // namespace
}  // namespace jailctl::test

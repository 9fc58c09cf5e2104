// What a power cut may leave: the order in which a backup reaches the disk, as the kernel sees it.
#include <fstream>

#include "backed_up_site.hpp"

namespace jailctl::test {
namespace {

class Synced : public BackedUpSite {
protected:
    /// The calls that make things durable, one a line, descriptors shown with their paths.
    std::vector<std::string> calls_of(const std::vector<std::string>& words) {
        const auto log = site.path() / "trace";
        const Result result = traced(
            site, {"-y", "-o", log.string(), "-e", "trace=fsync,syncfs,linkat,renameat,unlinkat,mkdirat"}, words);
        EXPECT_EQ(result.status, 0) << result.all();
        std::vector<std::string> calls;
        std::ifstream lines(log);
        for (std::string line; std::getline(lines, line);)
            if (line.ends_with(" = 0")) calls.push_back(line);
        return calls;
    }
    /// Where a call stands that begins so and holds that; fails the test if there is none behind `after`.
    std::size_t place(const std::vector<std::string>& calls, const std::string& call, const std::string& holds,
                      std::size_t after = 0) {
        for (std::size_t i = after; i < calls.size(); ++i)
            if (calls[i].starts_with(call + "(") && calls[i].find(holds) != std::string::npos) return i;
        ADD_FAILURE() << "no " << call << " of " << holds << " behind call " << after;
        return 0;
    }
};

TEST_F(Synced, TheFileThenItsRecordThenItsNameThenTheirDirectory) {
    const auto calls = calls_of({"backup", "a.test"});
    const std::string directory = site.backups().string() + ">)";
    const std::size_t undo = place(calls, "fsync", "journal/a.test>");
    const std::size_t content = place(calls, "fsync", ".partial>", undo);
    const std::size_t record = place(calls, "fsync", ".a.test.json.new>", content);
    const std::size_t recorded = place(calls, "renameat", "\"a.test.json\"", record);
    const std::size_t kept = place(calls, "fsync", (site.state() / "backups").string() + ">)", recorded);
    const std::size_t named = place(calls, "linkat", ".partial", kept);
    const std::size_t published = place(calls, "fsync", directory, named);
    place(calls, "unlinkat", "\"a.test\"", published);  // the journal: not before all is durable
}

TEST_F(Synced, ADirectoryThatIsMadeOnTheWayIsDurableItself) {
    std::filesystem::remove(site.backups());
    const auto calls = calls_of({"backup", "a.test"});
    for (const auto& [parent, name] : {std::pair{site.path(), "\"backups\""}, std::pair{site.state(), "\"backups\""}}) {
        const std::size_t made = place(calls, "mkdirat", parent.string() + ">, " + name);
        const std::size_t synced = place(calls, "fsync", parent.string() + ">)", made);
        EXPECT_EQ(synced, made + 1);
    }
}

TEST_F(Synced, ARestoredTreeIsOnDiskBeforeItHasItsName) {
    ASSERT_EQ(backup().status, 0);
    remove_jail();
    const auto calls = calls_of({"restore", "a.test"});
    const std::size_t written = place(calls, "syncfs", "");
    place(calls, "fsync", site.home().string() + ">)", written + 1);
}

TEST_F(Synced, AnExpiredBackupIsGoneBeforeItsRecordIs) {
    ASSERT_EQ(backup().status, 0);
    const auto old = site.backups() / "a.test-20200101T000000Z.tar.gz";
    std::filesystem::copy_file(only_archive(), old);
    site.configure({"a.test:192.0.2.1"}, "BACKUP_KEEP=last=1");
    ASSERT_EQ(site.jailctl({"protect", old.string()}).status, 0);
    ASSERT_EQ(site.jailctl({"protect", old.string(), "--off"}).status, 0);  // a mark: there is something to forget
    const auto calls = calls_of({"expire", "a.test"});
    const std::size_t gone = place(calls, "unlinkat", "\"a.test-20200101T000000Z.tar.gz\"");
    const std::size_t durable = place(calls, "fsync", site.backups().string() + ">)", gone);
    const std::size_t forgotten = place(calls, "renameat", "\"a.test.json\"", durable);
    place(calls, "fsync", (site.state() / "backups").string() + ">)", forgotten);
}

}  // namespace
}  // namespace jailctl::test

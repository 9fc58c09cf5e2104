#include "walk.hpp"

#include <fcntl.h>

#include <functional>
#include <map>

#include "trees.hpp"

namespace jailctl::tree::test {
namespace {

/// What a walk shows, by path: the number of an open file, 0 of all else.
class Seen final : public Visitor {
public:
    explicit Seen(bool wants_open) : wants_open_(wants_open) {}
    [[nodiscard]] bool wants_files_open() const override { return wants_open_; }
    Visit visit(const Entry& entry) override {
        if (entry.file >= 0) {
            EXPECT_EQ(facts_of(entry.file).identity, entry.facts.identity) << entry.path;
        }
        if (entry.facts.kind != Kind::directory && before_second)
            std::exchange(before_second, nullptr)(std::string(entry.path));
        inodes[std::string(entry.path)] = entry.facts.identity.inode;
        open[std::string(entry.path)] = entry.file >= 0;
        return Visit::enter;
    }
    void problem(std::string_view path, const std::string& what) override { ADD_FAILURE() << path << ": " << what; }

    std::map<std::string, bool> open;
    std::map<std::string, std::uint64_t> inodes;
    std::function<void(const std::string& first)> before_second;

private:
    bool wants_open_;
};

class Walks : public TreeActions {
protected:
    void walk_with(Seen& seen) const {
        const UniqueFd root{::open(tree_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
        walk(root.get(), seen);
    }
};

TEST_F(Walks, GiveFilesOpenToWhomReadsThemAndNothingElse) {
    fs::create_directory(tree_ / "dir");
    for (const char* one : {"file", "dir/file"}) spit(tree_ / one, one);
    fs::create_symlink("file", tree_ / "link");
    make_fifo(tree_ / "fifo");
    Seen reader(true), other(false);
    walk_with(reader);
    EXPECT_EQ(reader.open, (std::map<std::string, bool>{{"", false},
                                                        {"dir", false},
                                                        {"dir/file", true},
                                                        {"fifo", false},
                                                        {"file", true},
                                                        {"link", false}}));
    walk_with(other);
    EXPECT_EQ(other.inodes, reader.inodes);
    for (const auto& [path, is_open] : other.open) EXPECT_FALSE(is_open) << path;
}

TEST_F(Walks, AFileThatIsAnotherOneThanTheDirectorySaidIsLookedAtAnew) {
    for (const char* one : {"a", "b"}) spit(tree_ / one, one);
    for (const char* kind : {"file", "link", "fifo"}) {
        Seen seen(true);
        std::string second;
        seen.before_second = [&](const std::string& first) {
            second = first == "a" ? "b" : "a";
            spit(tree_ / "new", "new");
            if (std::string(kind) != "file") fs::remove(tree_ / "new");
            if (std::string(kind) == "link") fs::create_symlink("/etc/passwd", tree_ / "new");
            if (std::string(kind) == "fifo") make_fifo(tree_ / "new");
            fs::rename(tree_ / "new", tree_ / second);
        };
        walk_with(seen);
        EXPECT_FALSE(seen.open[second]) << kind;
        EXPECT_EQ(seen.inodes[second], status_of(tree_ / second).st_ino) << kind;
        fs::remove(tree_ / second);
        spit(tree_ / second, second);
    }
}

}  // namespace
}  // namespace jailctl::tree::test

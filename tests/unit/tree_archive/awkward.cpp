#include "awkward.hpp"

#include <array>
#include <fcntl.h>
#include <linux/fs.h>
#include <sstream>
#include <sys/sysmacros.h>

#include "jailctl/sdk/text.hpp"
#include "trees.hpp"
#include "walk.hpp"
#include "attributes.hpp"
#include "extents.hpp"
#include "hash.hpp"

namespace jailctl::tree::test {
namespace {

void owner(const fs::path& path, uid_t uid, gid_t gid) { ASSERT_EQ(::lchown(path.c_str(), uid, gid), 0) << path; }
void mode(const fs::path& path, mode_t bits) { ASSERT_EQ(::chmod(path.c_str(), bits), 0) << path; }

void time_of(const fs::path& path, std::int64_t seconds, long nanoseconds) {
    const timespec times[] = {{seconds, nanoseconds}, {seconds, nanoseconds}};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW), 0) << path;
}

/// Data of `text` at each of the offsets, a hole everywhere else.
void sparse(const fs::path& path, off_t size, const std::vector<off_t>& offsets) {
    const UniqueFd file{::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644)};
    ASSERT_TRUE(file);
    ASSERT_EQ(::ftruncate(file.get(), size), 0);
    const std::string text(4096, 'd');
    for (const off_t offset : offsets) ASSERT_EQ(::pwrite(file.get(), text.data(), text.size(), offset), 4096);
}

std::string acl(std::initializer_list<std::array<unsigned, 3>> entries) {
    std::string raw("\x02\0\0\0", 4);
    const auto put = [&](unsigned number, int size) {
        for (int i = 0; i < size; ++i) raw += static_cast<char>(number >> (8 * i) & 0xff);
    };
    for (const auto& [tag, permissions, id] : entries) {
        put(tag, 2);
        put(permissions, 2);
        put(id, 4);
    }
    return raw;
}

constexpr unsigned none = 0xffffffffU;
const std::string& access_acl() {
    static const std::string raw =
        acl({{1, 6, none}, {2, 7, 1001}, {2, 4, 1002}, {4, 4, none}, {8, 5, 55}, {0x10, 7, none}, {0x20, 0, none}});
    return raw;
}

void odd_names(const fs::path& root) {
    const fs::path names = root / "names";
    fs::create_directory(names);
    for (const std::string name :
         {"line\nbreak", "tab\there", "\xff\xfe bytes", "caf\xc3\xa9", "cafe\xcc\x81", "\xe1\x84\x80\xe1\x85\xa1",
          "back\\slash", "back\\x41", "-dash", " space ", "quote'\"", "*?[a]", "colon:x", "equals=x",
          "percent%20x", "trailing."})
        spit(names / name, name);
    spit(names / std::string(255, 'n'), "long");
    fs::path deep = names;
    for (int i = 0; i < 9; ++i) deep /= std::string(120, static_cast<char>('a' + i));
    fs::create_directories(deep);
    spit(deep / "bottom", "deep");
}

void owners_and_modes(const fs::path& root) {
    spit(root / "empty", "");
    spit(root / "setuid", "#!\n");
    owner(root / "setuid", 12, 34);
    mode(root / "setuid", 04755);
    spit(root / "none", "no permission at all");
    mode(root / "none", 0);
    for (const char* name : {"sticky", "setgid", "closed", "empty-dir"}) fs::create_directory(root / name);
    mode(root / "sticky", 01777);
    owner(root / "setgid", 7, 50);
    mode(root / "setgid", 02775);
    spit(root / "setgid" / "file", "group of its own");
    owner(root / "setgid" / "file", 0, 0);
    spit(root / "closed" / "inside", "x");
    mode(root / "closed", 0);
}

void links(const fs::path& root) {
    fs::create_directory(root / "links");
    spit(root / "links" / "one", "three names");
    fs::create_hard_link(root / "links" / "one", root / "links" / "two");
    fs::create_hard_link(root / "links" / "one", root / "sticky" / "three");
    fs::create_symlink("/etc/passwd", root / "links" / "absolute");
    fs::create_symlink("../../../up", root / "links" / "dangling");
    fs::create_symlink(std::string(3000, 't'), root / "links" / "long");
    fs::create_symlink("o\xcc\x82\xcc\xa3", root / "links" / "decomposed");
    fs::create_directory(root / "links" / "a\xcc\x88");
    spit(root / "links" / "a\xcc\x88" / "one", "two names");
    fs::create_hard_link(root / "links" / "a\xcc\x88" / "one", root / "links" / "u\xcc\x88");
    owner(root / "links" / "dangling", 99, 98);
    time_of(root / "links" / "dangling", 1234567890, 987654321);
    ASSERT_EQ(
        ::linkat(AT_FDCWD, (root / "links" / "dangling").c_str(), AT_FDCWD, (root / "links" / "same-link").c_str(), 0),
        0);
    make_fifo(root / "fifo");
    ASSERT_EQ(::link((root / "fifo").c_str(), (root / "fifo-again").c_str()), 0);
    make_socket(root / "socket");
}

void holes(const fs::path& root) {
    sparse(root / "hole-middle", 1 << 20, {0, (1 << 20) - 4096});
    sparse(root / "hole-first", 1 << 20, {(1 << 20) - 4096});
    sparse(root / "hole-last", (1 << 20) + 17, {0});
    sparse(root / "all-hole", 3 << 20, {});
    for (const std::string end : {"\xff", "e\xcc\x81", "\xc3\xa9"})
        sparse(root / (std::string(120, 'h') + end), 1 << 20, {8192});
    sparse(root / "many-holes", 8 << 20, {8192, 1 << 20, 3 << 20, 5 << 20});
}

void attributes(const fs::path& root) {
    spit(root / "attributes", "x");
    set_attribute(root / "attributes", "user.text", "value");
    set_attribute(root / "attributes", "user.binary", std::string("\0\x01\xff=\n", 5));
    set_attribute(root / "attributes", "user.empty", "");
    set_attribute(root / "attributes", "user.with space", "kept");
    set_attribute(root / "attributes", "user.with=equals", "kept");
    set_attribute(root / "attributes", "user.large", std::string(2000, 'v'));
    spit(root / "capable", "x");
    set_attribute(root / "capable", "security.capability",
                  std::string("\x01\0\0\x02\0\x20\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20));
    spit(root / "acl", "x");
    set_attribute(root / "acl", "system.posix_acl_access", access_acl());
    fs::create_directory(root / "acl-dir");
    set_attribute(root / "acl-dir", "system.posix_acl_access", access_acl());
    spit(root / "acl-dir" / "plain", "made before the default ACL");
    set_attribute(root / "acl-dir", "system.posix_acl_default", access_acl());
}

void for_host_ids(const fs::path& root) {
    spit(root / "huge-id", "x");
    owner(root / "huge-id", 3000000, 4000000000U);
    ASSERT_EQ(::mknod((root / "null").c_str(), S_IFCHR | 0666, makedev(1, 3)), 0);
    ASSERT_EQ(::link((root / "null").c_str(), (root / "null-again").c_str()), 0);
    ASSERT_EQ(::mknod((root / "disk").c_str(), S_IFBLK | 0640, makedev(259, 65537)), 0);
    ASSERT_EQ(::mknod((root / "whiteout").c_str(), S_IFCHR, makedev(0, 0)), 0);
    set_attribute(root / "attributes", "trusted.overlay.opaque", "y");
    set_attribute(root / "attributes", "security.site", "label");
    set_attribute(root / "links" / "absolute", "trusted.of-a-link", "y");
    set_attribute(root / "fifo", "trusted.of-a-fifo", "y");
    for (const auto& [name, flag] :
         {std::pair("append", FS_APPEND_FL), {"nodump", FS_NODUMP_FL}, {"immutable", FS_IMMUTABLE_FL}}) {
        spit(root / name, "flagged");
        if (flag == FS_IMMUTABLE_FL) fs::create_hard_link(root / name, root / "immutable-again");
        set_file_flags(root / name, static_cast<unsigned>(flag));
    }
    fs::create_directory(root / "locked");
    spit(root / "locked" / "inside", "x");
    time_of(root / "locked", 1000000000, 1);
    set_file_flags(root / "locked", FS_IMMUTABLE_FL | FS_NOATIME_FL);
}

std::string content_of(const fs::path& path) {
    Sha256 hash;
    hash.update(slurp(path));
    return hash.finish().substr(0, 16);
}

class Describe final : public Visitor {
public:
    Describe(fs::path root, bool with_flags, bool with_holes)
        : root_(std::move(root)), with_flags_(with_flags), with_holes_(with_holes) {}
    Visit visit(const Entry& entry) override {
        const Facts& facts = entry.facts;
        std::string text = std::to_string(facts.modified.seconds) + "." + std::to_string(facts.modified.nanoseconds);
        if (facts.kind == Kind::socket) return Visit::enter;
        if (!entry.path.empty()) text += of_entry(entry);
        found[std::string(entry.path)] = text;
        return Visit::enter;
    }
    void problem(std::string_view path, const std::string& what) override { ADD_FAILURE() << path << ": " << what; }
    std::map<std::string, std::string> found;
    std::map<std::string, std::uint64_t> linked;  // path -> inode, of what has several names

private:
    std::string of_entry(const Entry& entry) {
        const Facts& facts = entry.facts;
        const fs::path path = root_ / entry.path;
        std::ostringstream text;
        text << " kind " << static_cast<int>(facts.kind) << std::oct << " mode " << facts.mode << std::dec << " of "
             << facts.uid << ':' << facts.gid;
        if (facts.kind == Kind::symlink) text << " to " << fs::read_symlink(path).string();
        if (facts.kind == Kind::character || facts.kind == Kind::block)
            text << " device " << facts.device_major << ':' << facts.device_minor;
        const bool open = facts.kind == Kind::regular || facts.kind == Kind::directory;
        const UniqueFd fd = open ? open_file(entry.parent, entry.name) : UniqueFd();
        for (const auto& attribute : open ? xattrs_of(fd.get()) : xattrs_at(entry.parent, entry.name))
            text << ' ' << attribute.name << '=' << hex(attribute.value);
        if (open && with_flags_) text << " flags " << std::hex << flags_of(fd.get()) << std::dec;
        if (facts.kind == Kind::regular) text << " size " << facts.size << " sha " << content_of(path);
        if (facts.kind == Kind::regular && with_holes_ && facts.allocated < facts.size)
            each_extent(fd.get(), facts.size,
                        [&](const Extent& extent) { text << " data " << extent.offset << '+' << extent.length; });
        if (facts.kind != Kind::directory && facts.links > 1)
            linked.emplace(entry.path, facts.identity.inode);
        return text.str();
    }
    fs::path root_;
    bool with_flags_, with_holes_;
};

}  // namespace

void build_awkward(const fs::path& root, bool for_jail) {
    odd_names(root);
    owners_and_modes(root);
    links(root);
    holes(root);
    attributes(root);
    spit(root / "content", std::string(3 << 20, 'c') + "end");
    time_of(root / "content", -315619200, 123456789);  // 1960
    time_of(root / "empty", 7258118400, 999999999);    // 2200
    if (!for_jail) for_host_ids(root);
    time_of(root / "names", 1111111111, 111111111);
    time_of(root, 1222222222, 222222222);
}

std::map<std::string, std::string> describe(const fs::path& root, bool with_flags, bool with_holes) {
    const UniqueFd fd{::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    Describe visitor(root, with_flags, with_holes);
    walk(fd.get(), visitor);
    fs::current_path("/");  // attributes of links are read in their directory
    std::map<std::uint64_t, std::string> first;
    for (const auto& [path, inode] : visitor.linked)
        visitor.found[path] += " same as " + first.emplace(inode, path).first->second;
    return visitor.found;
}

}  // namespace jailctl::tree::test

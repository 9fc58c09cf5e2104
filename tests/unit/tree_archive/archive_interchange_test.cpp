#include <sstream>

#include "archives.hpp"
#include "awkward.hpp"

namespace jailctl::tree::test {
namespace {

using jailctl::test::run_command;

std::string shell(const std::string& command) {
    const auto result = run_command({"sh", "-c", command});
    EXPECT_EQ(result.status, 0) << command << "\n" << result.err;
    EXPECT_EQ(result.err, "") << command;
    return result.out;
}

long lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

bool missing(const std::string& program) {
    return run_command({"sh", "-c", "command -v " + program}).status != 0;
}

TEST_F(Archives, OtherToolsReadTheArchiveWithoutComplaint) {
    build_small(tree_);
    for (int i = 0; i < 200; ++i) spit(tree_ / ("file" + std::to_string(i)), std::string(20000, static_cast<char>(i)));
    for (const char* format : {"tar.gz", "tar.zst", "tar"}) {
        const Value packed = pack(tree_, archive_, Value::object().set("format", format));
        const std::string name = format, z = name == "tar.gz" ? "z" : "", zstd = name == "tar.zst" ? "--zstd " : "";
        if (!zstd.empty() && missing("zstd")) continue;
        const std::string file = archive_.string();
        if (!z.empty()) shell("gzip -t < " + file);
        if (!zstd.empty()) shell("zstd -qt < " + file);
        EXPECT_EQ(lines(shell("tar " + zstd + "-t" + z + "f " + file)), packed["entries"].num()) << format;
        if (!missing("busybox") && zstd.empty()) {
            EXPECT_EQ(lines(shell("busybox tar t" + z + "f " + file)), packed["entries"].num()) << format;
        }
        if (!missing("bsdtar")) { EXPECT_EQ(lines(shell("bsdtar tf " + file)), packed["entries"].num()) << format; }
        if (!missing("python3") && zstd.empty()) {
            EXPECT_EQ(
                lines(shell("python3 -c 'import tarfile,sys\nfor m in tarfile.open(sys.argv[1]): print(m.name)' " +
                            file)),
                packed["entries"].num());
        }
    }
}

TEST_F(Archives, GnuTarRestoresWhatItKnows) {
    build_awkward(tree_);
    pack(tree_, archive_);
    // What it says of file flags, of the character set of odd names and of odd times is no complaint about the archive.
    const auto result = run_command({"sh", "-c",
                                     "tar --xattrs --xattrs-include='*' --acls --numeric-owner -C " + other_.string() +
                                         " -xpzf " + archive_.string()});
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_EQ(result.err.find("xattr"), std::string::npos) << result.err;
    const auto before = describe(tree_, false, true);
    const auto after = describe(other_, false, true);
    for (const auto& [path, text] : before) {
        // Names of attributes that tar's records cannot carry, and the attributes of links: GNU tar 1.34 has its own
        // way.
        if (path == "attributes" || path.empty()) continue;
        EXPECT_EQ(text, after.contains(path) ? after.at(path) : "missing") << path;
    }
    EXPECT_EQ(attribute(other_ / "attributes", "user.text"), "value");
    EXPECT_EQ(attribute(other_ / "attributes", "trusted.overlay.opaque"), "y");
}

TEST_F(Archives, BsdtarRestoresFlagsToo) {
    if (missing("bsdtar")) GTEST_SKIP() << "needs bsdtar (package libarchive-tools)";
    build_awkward(tree_);
    pack(tree_, archive_);
    // In a UTF-8 locale it would compose the letters of names (NFC).
    const auto result = run_command({"sh", "-c", "LC_ALL=C bsdtar --numeric-owner -C " + other_.string() +
                                                     " --acls --xattrs --fflags -xpf " + archive_.string()});
    // It says of names that are no ASCII that it cannot convert them, and makes them as they are.
    std::istringstream said(result.err);
    for (std::string line; std::getline(said, line);)
        EXPECT_TRUE(line.empty() || line.find("converted") != std::string::npos ||
                    line.find("exit") != std::string::npos)
            << line;
    const auto before = describe(tree_), after = describe(other_);
    for (const auto& [path, text] : before) {
        if (path == "attributes" || path.empty()) continue;  // names of attributes that no record of tar's can carry
        ASSERT_TRUE(after.contains(path)) << path;
        // libarchive counts the fraction of a time before 1970 upwards; see tar_time().
        const std::size_t from = text.starts_with('-') ? text.find(' ') : 0;
        EXPECT_EQ(text.substr(from), after.at(path).substr(from)) << path;
    }
}

TEST_F(Archives, ArchivesOfGnuTarComeBack) {
    build_awkward(tree_);
    const std::string all = "tar --numeric-owner --sparse --warning=no-file-ignored --format=";
    for (const std::string format : {"posix --xattrs --xattrs-include='*' --acls", "gnu"}) {
        const fs::path target = scratch_.path() / format.substr(0, 3);
        fs::create_directory(target);
        shell(all + format + " -C " + tree_.string() + " -cf " + archive_.string() + " .");
        const Value unpacked = unpack(archive_, target);
        EXPECT_TRUE(unpacked["marker"].is_null());
        const auto before = describe(tree_, false, true), after = describe(target, false, true);
        for (const auto& [path, text] : before) {
            // Attribute names its records cannot carry, other links than those of files, and sockets are lost by GNU
            // tar.
            const bool special_link =
                text.find(" kind 0") == std::string::npos && text.find(" same as") != std::string::npos;
            if (path == "attributes" || special_link) continue;
            const std::string found = after.contains(path) ? after.at(path) : "missing";
            const bool whole_seconds = format == "gnu";  // and no attributes: only kind and content are compared there
            const auto compared = [&](const std::string& one) { 
                if (!whole_seconds) return one;
                const auto sum = one.find(" sha "), kind = one.find(" kind ");
                return sum != std::string::npos    ? one.substr(sum, 21)
                       : kind != std::string::npos ? one.substr(kind, 7)
                                                   : "";
            };
            EXPECT_EQ(compared(text), compared(found)) << path;
        }
    }
}

TEST_F(Archives, EveryNamedCompressionIsRead) {
    build_small(tree_);
    const std::string make = "tar -C " + tree_.string() + " -c . | ";
    for (const std::string program : {"gzip", "zstd", "xz", "bzip2"}) {
        if (missing(program)) continue;
        shell(make + program + " -c > " + archive_.string());
        EXPECT_EQ(check(archive_)["entries"].num(), 4) << program;
        const std::string whole = slurp(archive_);
        EXPECT_EQ(refusal(whole.substr(0, whole.size() - 3)), Errc::damaged) << program;
        std::string damaged = whole;
        damaged[whole.size() / 2] = static_cast<char>(damaged[whole.size() / 2] ^ 0x10);
        EXPECT_EQ(refusal(damaged), Errc::damaged) << program;
        EXPECT_EQ(refusal(whole + "garbage"), Errc::damaged) << program;
    }
}

TEST_F(Archives, XzAndBzip2AreForBasesAlone) {
    build_small(tree_);
    for (const std::string program : {"xz", "bzip2"}) {
        if (missing(program)) continue;
        shell("tar -C " + tree_.string() + " -c . | " + program + " -c > " + archive_.string());
        EXPECT_EQ(check(archive_)["entries"].num(), 4) << program;
        try {
            unpack(archive_, other_);
            ADD_FAILURE() << program << " was restored";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::unsupported);
            EXPECT_NE(std::string(error.what()).find("compressed with " + program), std::string::npos);
            EXPECT_NE(error.hint().find(program + " -dc"), std::string::npos);
        }
        EXPECT_TRUE(fs::is_empty(other_));
    }
}

}  // namespace
}  // namespace jailctl::tree::test

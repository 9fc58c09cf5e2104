#include <random>

#include "archives.hpp"

namespace jailctl::tree::test {
namespace {

using jailctl::test::run_command;

/// Every program that is likely to meet our archives decompresses them to the same bytes, with status 0 and no word.
class Tools : public Archives {
protected:
    void SetUp() override {
        Archives::SetUp();
        archive_ += ".tar.gz";  // igzip wants it
    }
    /// The index lies where igzip's buffer of 1 MiB ends, at every call by another part.
    void build(unsigned seed) {
        std::mt19937 random(seed);
        if (seed == 0)
            for (int i = 0; i < 3000; ++i) spit(tree_ / ("f" + std::to_string(i)), std::to_string(random()));
        std::string noise(900000 + seed * 17001, '\0');
        for (char& byte : noise) byte = static_cast<char>(random());
        spit(tree_ / "noise", noise);
    }
    static std::string said_by(const std::string& command) {
        const auto result = run_command({"sh", "-c", command});
        EXPECT_EQ(result.status, 0) << command;
        EXPECT_EQ(result.err, "") << command;
        return result.out;
    }
};

TEST_F(Tools, AllReadTheSameWithoutAWord) {
    const std::string file = archive_.string();
    for (unsigned seed = 0; seed < 6; ++seed) {
        build(seed);
        const std::string level = seed % 2 == 0 ? "fast" : "default";
        const Value packed = pack(tree_, archive_, Value::object().set("format", "tar.gz").set("level", level));
        const std::string expected = said_by("gzip -dc " + file + " | sha256sum");
        for (const char* program : {"gzip", "pigz", "igzip"}) said_by(std::string(program) + " -t " + file);
        for (const char* reader : {"pigz -dc ", "igzip -dc ", "igzip -dc < ", "cat < ",
                                   "python3 -c 'import gzip,shutil,sys; "
                                   "shutil.copyfileobj(gzip.open(sys.argv[1]), sys.stdout.buffer)' "}) {
            const bool unpacks = std::string(reader) != "cat < ";
            const std::string out = said_by(reader + file + (unpacks ? " | sha256sum" : " | igzip -dc | sha256sum"));
            EXPECT_EQ(out, expected) << reader;
        }
        const std::string count = std::to_string(packed["entries"].num()) + "\n";
        for (const char* lister : {"tar tzf ", "tar -I igzip -tf ", "bsdtar tf "})
            EXPECT_EQ(said_by(lister + file + " | wc -l"), count) << lister;
        EXPECT_EQ(check(archive_)["entries"].num(), packed["entries"].num());
    }
}

}  // namespace
}  // namespace jailctl::tree::test

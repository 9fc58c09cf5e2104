#include "archive/marker.hpp"
#include "archives.hpp"

#include <fcntl.h>
#include <sys/mman.h>

namespace jailctl::tree::test {
namespace {

std::optional<Marker> marker_of(const std::string& bytes) {
    const UniqueFd file{::memfd_create("archive", MFD_CLOEXEC)};
    EXPECT_EQ(::write(file.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    return read_marker(file.get());
}

TEST(EndMarker, IsFoundFromTheEndWhateverItsSize) {
    for (const Format format : {Format::tar, Format::tar_gz, Format::tar_zst})
        for (const std::size_t size : {1U, 1000U, 59999U, 60000U, 60001U, 200000U}) {
            const std::string before(777, 'a');
            const std::string json = to_json(Value::object().set("format", 1).set("filler", std::string(size, 'f')));
            const auto found = marker_of(before + encode_marker(json, before.size(), format));
            ASSERT_TRUE(found) << size;
            EXPECT_EQ(found->offset, before.size());
            EXPECT_EQ(to_json(found->document), json);
            EXPECT_EQ(found->format, format);
        }
}

TEST(EndMarker, OfANewerFormatIsRefused) {
    const std::string bytes = encode_marker(R"({"format":3,"jailctl":"9.0"})", 0, Format::tar_gz);
    EXPECT_EQ(code_thrown_by([&] { (void)marker_of("x" + encode_marker(R"({"format":3})", 1, Format::tar_gz)); }),
              Errc::unsupported);
    EXPECT_EQ(code_thrown_by([&] { (void)marker_of("x" + bytes); }), Errc::damaged) << "a wrong offset";
}

TEST(EndMarker, AbsenceIsNoError) {
    EXPECT_FALSE(marker_of(""));
    EXPECT_FALSE(marker_of(std::string(5000, 'x')));
}

TEST_F(Archives, AMarkerIsReadWithoutTheArchive) {
    build_small(tree_);
    pack(tree_, archive_, Value::object().set("description", Value::object().set("jail", "a.test")));
    const UniqueFd file{::open(archive_.c_str(), O_RDONLY | O_CLOEXEC)};
    const Value found = run_with(actions::marker, tree_, Value::object(), {{"archive", file.get()}});
    EXPECT_EQ(found["marker"]["description"]["jail"].str(), "a.test");
    EXPECT_EQ(found["marker"]["files"].num(), 1);
}

}  // namespace
}  // namespace jailctl::tree::test

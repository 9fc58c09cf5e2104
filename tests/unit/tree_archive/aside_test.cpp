#include <gtest/gtest.h>

#include "archive/aside.hpp"
#include "gzip_members.hpp"

namespace jailctl::tree::test {
namespace {

constexpr std::size_t window = 8192;

/// Where members begin that have an extra field, and where these end.
std::vector<std::pair<std::size_t, std::size_t>> fields_in(const std::string& bytes, std::size_t offset) {
    std::vector<std::pair<std::size_t, std::size_t>> found;
    for (std::size_t at = 0; at < bytes.size();) {
        const auto byte = [&](std::size_t i) {
            return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at + i]));
        };
        const std::size_t field = byte(3) == 4 ? 2 + (byte(10) | byte(11) << 8) : 0;
        if (field > 0) found.emplace_back(offset + at, offset + at + 10 + field);
        at += 10 + field + 10;
    }
    return found;
}

TEST(Aside, NoHeaderWithAFieldLiesAcrossAWindow) {
    for (const std::size_t size : {1U, 63U, 64U, 65U, 8000U, 30000U})
        for (std::size_t offset = 0; offset < 2 * window; offset += size > 100 ? 7 : 1) {
            const std::string bytes = text(size, 1), wrapped = wrapped_aside(bytes, Format::tar_gz, offset);
            ASSERT_EQ(carried_by(wrapped, Format::tar_gz, 'I'), bytes) << offset;
            for (const auto& [begin, end] : fields_in(wrapped, offset)) ASSERT_EQ(begin / window, (end - 1) / window);
        }
}

TEST(Aside, WholePartsStayWhole) {
    for (std::size_t offset = 0; offset < window; ++offset) {
        std::string out;
        append_parts(out, offset, Format::tar_gz, 'E', text(56, 2), true);
        ASSERT_TRUE(out.ends_with(text(56, 2) + std::string("\x03") + std::string(9, '\0')));
        ASSERT_EQ(fields_in(out, offset).size(), 1U);
    }
}

/// What jailctl wrote before its parts kept out of the way of igzip's buffer.
TEST(Aside, LongerPartsAreReadAsWell) {
    const std::string field = text(60000, 3);
    std::string member("\x1f\x8b\x08\x04\0\0\0\0\0\xff\x64\xeaJI\x60\xea", 16);
    member += field + std::string("\x03") + std::string(9, '\0');
    EXPECT_EQ(carried_by(member + member, Format::tar_gz, 'I'), field + field);
}

TEST(Aside, AnythingElseIsRefused) {
    for (const Format format : {Format::tar_gz, Format::tar_zst}) {
        const std::string wrapped = wrapped_aside(text(9000, 4), format, 100);
        EXPECT_FALSE(carried_by(wrapped, format, 'C'));
        EXPECT_FALSE(carried_by(wrapped + "x", format, 'I'));
        EXPECT_FALSE(carried_by(wrapped.substr(0, wrapped.size() - 1), format, 'I'));
        EXPECT_FALSE(carried_by(gzip_member("hidden") + wrapped, format, 'I'));
        std::string odd = wrapped;
        odd[0] = static_cast<char>(odd[0] ^ 1);
        EXPECT_FALSE(carried_by(odd, format, 'I'));
    }
}

}  // namespace
}  // namespace jailctl::tree::test

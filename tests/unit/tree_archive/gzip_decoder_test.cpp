#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "archive/output.hpp"
#include "gzip_members.hpp"
#include "jailctl/sdk/error.hpp"
#include "support.hpp"

namespace jailctl::tree::test {
namespace {

using ::testing::MatchesRegex;

constexpr std::size_t mebibyte = std::size_t{1} << 20;

Reading decoded(const std::string& bytes, std::size_t piece = 1 << 18) {
    Pieces file(bytes, piece);
    return read_all(*make_gzip_decoder(file));
}

/// Without what it is that is damaged: ISA-L tells less of that than zlib does.
std::string kind_of(const std::string& complaint) { return complaint.substr(0, complaint.find("damaged: ")); }

/// Complaints are of the same kind; bytes before one may be more or less by what one call of zlib inflates.
void expect_as_zlib(const std::string& bytes, const std::string& what) {
    const Reading ours = decoded(bytes), theirs = read_by_zlib(bytes);
    EXPECT_EQ(kind_of(ours.complaint), kind_of(theirs.complaint)) << what;
    if (theirs.complaint.empty())
        EXPECT_TRUE(ours.content == theirs.content) << what;
    else
        EXPECT_TRUE(theirs.content.starts_with(ours.content)) << what;
}

std::string own_archive(const std::string& content) {
    const jailctl::test::Scratch scratch;
    const auto path = scratch.path() / "own";
    const UniqueFd file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
    Output output(file.get());
    const auto encoder = make_encoder(Format::tar_gz, output);
    encoder->write(content);
    encoder->finish();
    return jailctl::test::slurp(path);
}

TEST(GzipDecoder, OwnMembersComeBackWhateverThePieces) {
    const std::string content = text(3 * mebibyte + 12345, 1);
    const std::string archive = own_archive(content);
    for (const std::size_t piece : {std::size_t{1}, std::size_t{4093}, std::size_t{1} << 18, archive.size()})
        EXPECT_TRUE(decoded(archive, piece) == (Reading{content, ""})) << piece;
}

TEST(GzipDecoder, ContentThatDoesNotShrinkComesBack) {
    std::string noise;
    std::mt19937_64 random(7);
    for (std::size_t i = 0; i < 2 * mebibyte / 8; ++i) {
        const auto word = random();
        noise.append(reinterpret_cast<const char*>(&word), sizeof word);
    }
    EXPECT_TRUE(decoded(own_archive(noise)) == (Reading{noise, ""}));
    EXPECT_TRUE(decoded(gzip_member(noise)) == (Reading{noise, ""}));
}

TEST(GzipDecoder, MembersOfEveryLengthFollowEachOther) {
    std::string archive, content;
    unsigned seed = 0;
    for (const std::size_t size : {std::size_t{1}, mebibyte, mebibyte + 1, std::size_t{0}, 5 * mebibyte, std::size_t{0},
                                   std::size_t{70000}, mebibyte - 1, std::size_t{0}, std::size_t{50000}}) {
        const std::string part = text(size, ++seed);
        archive += gzip_member(part, static_cast<Header>(seed % 3));
        content += part;
    }
    EXPECT_TRUE(decoded(archive) == (Reading{content, ""}));
    EXPECT_TRUE(decoded(archive, 1000) == (Reading{content, ""}));
}

/// Long members are inflated stretch by stretch: however the input is cut, none of it may be lost between two of them.
TEST(GzipDecoder, LongMembersAreReadAsZlibReadsThemWhateverThePieces) {
    const std::string content = text(3 * mebibyte + 17, 9) + std::string(4 * mebibyte, 'x') + text(70000, 10);
    const std::string archive = gzip_member(content, Header::titled) + gzip_member(content) + gzip_member("end");
    for (const std::size_t piece :
         {std::size_t{1}, std::size_t{7}, std::size_t{4093}, std::size_t{65536}, archive.size() - 1})
        EXPECT_TRUE(decoded(archive, piece) == (Reading{content + content + "end", ""})) << piece;
}

/// Random streams of what compressors of another kind make: stored, fixed and dynamic blocks, runs of one byte.
TEST(GzipDecoder, MembersOfEveryStrategyAndLevelComeBack) {
    std::mt19937 random(3);
    for (int round = 0; round < 40; ++round) {
        std::string content;
        while (content.size() < 2 * mebibyte) {
            const std::size_t size = 1 + random() % 200000;
            if (random() % 3 == 0) {
                content.append(size, static_cast<char>(random()));
            } else if (random() % 2 == 0) {
                content += text(size, static_cast<unsigned>(random()));
            } else {
                for (std::size_t i = 0; i < size; ++i) content += static_cast<char>(random());
            }
        }
        const std::string archive =
            gzip_member(content, Header::bare, static_cast<int>(random() % 10), static_cast<int>(random() % 5));
        EXPECT_TRUE(decoded(archive + archive) == (Reading{content + content, ""})) << round;
    }
}

TEST(GzipDecoder, ThousandsOfEmptyMembersAreNothing) {
    std::string archive;
    for (int i = 0; i < 100000; ++i) archive += gzip_member("");
    EXPECT_TRUE(decoded(archive + gzip_member("x")) == (Reading{"x", ""}));
}

TEST(GzipDecoder, WhatFollowsTheLastMemberIsRefused) {
    const std::string small = gzip_member(text(1000, 1)), large = gzip_member(text(2 * mebibyte, 2));
    for (const std::string& archive : {small, large, small + large, large + small})
        for (const std::string& rest : {std::string("garbage"), std::string(512, '\0'), std::string("\x1f"),
                                        std::string("\x1f\x8b\x09"), std::string("\x1f\x8b\x08\xe0rest of it")})
            expect_as_zlib(archive + rest, "with " + rest.substr(0, 7));
    EXPECT_EQ(decoded(small + "x").complaint, "there is something behind the archive's compressed data");
}

/// Three members, of which the second is longer than ours and the third has every field a header can have.
class DamagedGzip : public ::testing::Test {
protected:
    const std::string first_ = gzip_member(text(300000, 1));
    const std::string second_ = gzip_member(text(mebibyte + 300000, 2));
    const std::string third_ = gzip_member(text(200000, 3), Header::summed);
    const std::string whole_ = first_ + second_ + third_;
    const std::vector<std::size_t> starts_{0, first_.size(), first_.size() + second_.size(), whole_.size()};
};

TEST_F(DamagedGzip, CutsAreNamed) {
    ASSERT_EQ(decoded(whole_).complaint, "");
    for (std::size_t member = 0; member < 3; ++member) {
        const std::size_t begin = starts_[member], end = starts_[member + 1];
        EXPECT_EQ(decoded(whole_.substr(0, begin)).complaint, "") << "between members nobody can tell";
        for (const std::size_t size : {begin + 1, begin + 5, begin + 10, begin + 30, (begin + end) / 2, end - 9,
                                       end - 8, end - 4, end - 1})
            EXPECT_EQ(decoded(whole_.substr(0, size)).complaint, "the archive is cut off in its compressed data")
                << "member " << member << ", cut to " << size;
    }
}

TEST_F(DamagedGzip, FlippedBitsAreNamedAsZlibFindsThem) {
    for (std::size_t member = 0; member < 3; ++member) {
        const std::size_t begin = starts_[member], end = starts_[member + 1];
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < 64; ++i) places.push_back(begin + i);
        for (std::size_t i = 1; i < 12; ++i) places.push_back(begin + (end - begin) * i / 12);
        for (std::size_t i = 1; i <= 8; ++i) places.push_back(end - i);
        for (const std::size_t at : places) {
            std::string damaged = whole_;
            damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
            expect_as_zlib(damaged, "member " + std::to_string(member) + ", byte " + std::to_string(at - begin));
        }
    }
}

TEST_F(DamagedGzip, AWrongCheckSumOfAHeaderIsNoticed) {
    std::string damaged = third_;
    damaged[12] = static_cast<char>(damaged[12] ^ 1);  // in the extra field, which nothing else covers
    EXPECT_EQ(decoded(damaged).complaint, "the archive's compressed data is damaged: header crc mismatch");
}

TEST_F(DamagedGzip, NamesWithoutASumAreReadAsZlibReadsThem) {
    const std::string named = gzip_member(text(5000, 4), Header::named);
    ASSERT_EQ(decoded(named).complaint, "");
    for (std::size_t at = 0; at < 64; ++at) {
        std::string damaged = named;
        damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
        expect_as_zlib(damaged, "byte " + std::to_string(at));
        expect_as_zlib(named.substr(0, at), "cut to " + std::to_string(at));
    }
}

TEST_F(DamagedGzip, LengthAndSumOfAMemberCount) {
    for (const std::string& member : {first_, second_}) {
        std::string sum = member, length = member;
        ++sum[member.size() - 8];
        ++length[member.size() - 4];
        EXPECT_THAT(decoded(sum).complaint,
                    MatchesRegex("the archive's compressed data is damaged: incorrect data .*check"));
        EXPECT_THAT(decoded(length).complaint,
                    MatchesRegex("the archive's compressed data is damaged: incorrect .*length check"));
    }
}

}  // namespace
}  // namespace jailctl::tree::test

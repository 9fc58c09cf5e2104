#include "archive/read_ahead.hpp"

#include <atomic>
#include <gtest/gtest.h>

#include "gzip_members.hpp"
#include "jailctl/sdk/error.hpp"

namespace jailctl::tree::test {
namespace {

/// Counts what is taken out of it, and fails after `good` pieces.
class Failing final : public ByteSource {
public:
    Failing(std::size_t good, std::atomic<std::size_t>& taken) : good_(good), taken_(taken) {}
    std::string_view next() override {
        if (taken_ == good_) throw Error(Errc::io, "the disk is gone");
        last_ = "piece " + std::to_string(taken_++);
        return last_;
    }

private:
    std::size_t good_;
    std::atomic<std::size_t>& taken_;
    std::string last_;
};

TEST(ReadAhead, PiecesComeInOrderAndTheEndStays) {
    for (const std::size_t length : {1U, 7U, 100000U}) {
        const std::string bytes = text(200000 % (length * 5000) + length, 1);
        ReadAhead source(std::make_unique<Pieces>(bytes, length));
        EXPECT_TRUE(read_all(source) == (Reading{bytes, ""})) << length;
        EXPECT_TRUE(source.next().empty());
    }
    ReadAhead nothing(std::make_unique<Pieces>("", 1));
    EXPECT_TRUE(nothing.next().empty());
}

TEST(ReadAhead, AnErrorComesBehindThePiecesBeforeIt) {
    std::atomic<std::size_t> taken = 0;
    ReadAhead source(std::make_unique<Failing>(10, taken));
    for (int i = 0; i < 10; ++i) EXPECT_EQ(source.next(), "piece " + std::to_string(i));
    for (int i = 0; i < 2; ++i) {
        try {
            (void)source.next();
            ADD_FAILURE() << "no error";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::io);
            EXPECT_STREQ(error.what(), "the disk is gone");
        }
    }
}

TEST(ReadAhead, APieceStaysWhileTheThreadGoesOn) {
    std::atomic<std::size_t> taken = 0;
    ReadAhead source(std::make_unique<Failing>(1000, taken));
    for (int i = 0; i < 1000; ++i) {
        const std::string_view piece = source.next();
        while (taken < std::min<std::size_t>(1000, static_cast<std::size_t>(i) + 3)) std::this_thread::yield();
        EXPECT_EQ(piece, "piece " + std::to_string(i));
        EXPECT_LE(taken, static_cast<std::size_t>(i) + 3) << "it is to stay a few pieces ahead";
    }
}

TEST(ReadAhead, NobodyHasToReadToTheEnd) {
    for (int pieces = 0; pieces < 8; ++pieces) {
        std::atomic<std::size_t> taken = 0;
        ReadAhead source(std::make_unique<Failing>(1000, taken));
        for (int i = 0; i < pieces; ++i) EXPECT_EQ(source.next(), "piece " + std::to_string(i));
    }
}

}  // namespace
}  // namespace jailctl::tree::test

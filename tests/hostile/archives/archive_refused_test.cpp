#include "unpacking.hpp"

namespace jailctl::test {
namespace {

struct Case {
    const char* name;
    std::string archive;
};

const TarMember file{.name = "file", .content = "x"};

std::string one(TarMember member) { return TarBuilder().add(member).finish(); }
std::string two(TarMember first, TarMember second) { return TarBuilder().add(first).add(second).finish(); }
std::string with_pax(const std::string& key, const std::string& value) {
    return one({.name = "file", .pax = {{key, value}}});
}

std::string spoiled(std::string archive, std::size_t at, char byte) {
    archive[at] = byte;
    return archive;
}

/// An archive with two extended headers of type `type` before one member.
std::string twice(char type, const std::string& first, const std::string& second) {
    return TarBuilder()
        .add({.name = "first", .type = type, .content = first})
        .add({.name = "second", .type = type, .content = second})
        .add({.name = "file", .content = std::string(1024, 'x')})
        .finish();
}

/// A header of a sparse file of old GNU's whose map goes on in the next block, says the byte at 482, but which has no
/// map: that block is a header for libarchive.
std::string map_without_beginning() {
    const std::string header = TarBuilder::header({.name = "file", .type = 'S'});
    return TarBuilder().raw(TarBuilder::summed(spoiled(header, 482, 1))).add({.name = "hidden"}).finish();
}

/// The reverse: no sparse file by its type, yet libarchive reads the map, and what follows, as that of one.
std::string map_of_no_sparse_file() {
    std::string header = TarBuilder::header({.name = "file", .content = std::string(1024, 'x')});
    header.replace(257, 8, "ustar  ", 8);
    header.replace(386, 24, "00000000000\000000000000\0", 24);
    return TarBuilder()
        .raw(TarBuilder::summed(spoiled(header, 482, 1)))
        .raw(std::string(512, '\0'))
        .raw(TarBuilder::header({.name = "inside"}))
        .raw(TarBuilder::header({.name = "hidden"}))
        .finish();
}

std::vector<Case> cases() {
    return {
        {"DotDot", one({.name = "../escape", .content = "x"})},
        {"DotDotInside", one({.name = "a/../../escape", .content = "x"})},
        {"DotDotInPax", with_pax("path", "a/../../../escape")},
        {"DotDotAtTheEnd", one({.name = "a/..", .type = '5'})},
        {"HardLinkDotDot", two(file, {.name = "link", .type = '1', .link = "../precious"})},
        {"HardLinkAbsolute", two(file, {.name = "link", .type = '1', .link = "/etc/passwd"})},
        {"HardLinkToNothing", one({.name = "link", .type = '1', .link = "nowhere"})},
        {"HardLinkToDirectory", two({.name = "d", .type = '5'}, {.name = "link", .type = '1', .link = "d"})},
        {"HardLinkThroughLink", TarBuilder()
                                    .add({.name = "up", .type = '2', .link = ".."})
                                    .add({.name = "link", .type = '1', .link = "up/precious"})
                                    .finish()},
        {"HardLinkWithContent", two(file, {.name = "link", .type = '1', .content = "evil", .link = "file"})},
        {"BelowLink", two({.name = "d", .type = '2', .link = ".."}, {.name = "d/escape", .content = "x"})},
        {"BelowAbsoluteLink", two({.name = "d", .type = '2', .link = "/tmp"}, {.name = "d/escape", .content = "x"})},
        {"BelowFile", two(file, {.name = "file/below", .content = "x"})},
        {"BelowLeftOutDevice",
         two({.name = "d", .type = '3', .major = "0000001", .minor = "0000003"}, {.name = "d/below"})},
        {"DirectoryOverLink", two({.name = "d", .type = '2', .link = ".."}, {.name = "d", .type = '5'})},
        {"FileTwice", two(file, file)},
        {"LinkThenFile", two({.name = "file", .type = '2', .link = "../precious"}, file)},
        {"FileOverDirectory", two({.name = "file", .type = '5'}, file)},
        {"LeftOutTwice", two({.name = "d", .type = '3'}, {.name = "d", .content = "x"})},
        {"LongComponent", with_pax("path", std::string(256, 'a'))},
        {"LongName", with_pax("path",
                              [] {
                                  std::string n;
                                  for (int i = 0; i < 1000; ++i) n += "abcde/";
                                  return n + "f";
                              }())},
        {"NulInPaxPath", with_pax("path", std::string("a\0b", 3))},
        {"NulInPaxLink", one({.name = "l", .type = '2', .pax = {{"linkpath", std::string("a\0b", 3)}}})},
        {"NulInLongName", TarBuilder()
                              .add({.name = "././@LongLink", .type = 'L', .content = std::string("a\0b", 3)})
                              .add(file)
                              .finish()},
        {"EmptyPaxPath", with_pax("path", "")},
        {"EmptyName", one({.name = ""})},
        {"LinkWithoutTarget", one({.name = "l", .type = '2'})},
        {"UidNoNumber", one({.name = "file", .uid = "nobody!"})},
        {"PaxUidNoNumber", with_pax("uid", "root")},
        {"PaxUidNegative", with_pax("uid", "-1")},
        {"UidOutsideTheJail", with_pax("uid", "65536")},
        {"GidOutsideTheJail", with_pax("gid", "4294967295")},
        {"AclOutsideTheJail",
         with_pax("SCHILY.acl.access", "user::rw-,user:x:rw-:70000,group::r--,mask::rw-,other::---")},
        {"AclWithoutNumber", with_pax("SCHILY.acl.access", "user::rw-,user:lisa:rw-,group::r--,mask::rw-,other::---")},
        {"SizeNegative",
         one({.name = "file", .size = std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12)})},
        {"SizeOverflow",
         one({.name = "file", .size = std::string("\x80\x7f\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12)})},
        {"SizeNoNumber", one({.name = "file", .size = "12345x78901"})},
        {"PaxSizeOverflow", with_pax("size", "99999999999999999999")},
        {"PaxSizeNegative", with_pax("size", "-5")},
        {"PaxSizeOfLink", one({.name = "l", .type = '2', .link = "x", .pax = {{"size", "512"}}})},
        {"PaxRecordTooLong", TarBuilder().add({.name = "p", .type = 'x', .content = "99 path=a\n"}).add(file).finish()},
        {"PaxRecordWithoutEnd",
         TarBuilder().add({.name = "p", .type = 'x', .content = "9 path=ab"}).add(file).finish()},
        {"HeaderTooLong",
         TarBuilder().raw(TarBuilder::header({.name = "p", .type = 'x', .size = "00077777777"})).add(file).finish()},
        {"NoEnd", TarBuilder().add(file).unfinished()},
        {"HalfAnEnd", TarBuilder().add(file).unfinished() + std::string(512, '\0')},
        {"CutInContent",
         TarBuilder().add({.name = "file", .content = std::string(2000, 'x')}).finish().substr(0, 1024)},
        {"CutInHeader", TarBuilder().add(file).unfinished() + TarBuilder::header(file).substr(0, 300)},
        {"TwoPaxHeaders", twice('x', TarBuilder::pax_record("path", "a"), TarBuilder::pax_record("path", "b"))},
        {"TwoSizes", twice('x', TarBuilder::pax_record("size", "512"), TarBuilder::pax_record("path", "b"))},
        {"TwoLongNames", twice('L', "a", "b")},
        {"MapWithoutBeginning", map_without_beginning()},
        {"MapOfNoSparseFile", map_of_no_sparse_file()},
        {"ExtendedHeaderAtTheEnd",
         TarBuilder().add({.name = "p", .type = 'x', .content = TarBuilder::pax_record("path", "a")}).finish()},
        {"SomethingBehindTheEnd", one(file) + TarBuilder().add({.name = "hidden"}).finish()},
        {"WrongCheckSum", spoiled(one(file), 100, '7')},
        {"MultiVolume", one({.name = "file", .type = 'M'})},
        {"RootIsAFile", one({.name = ".", .type = '0'})},
        {"RootIsALink", one({.name = ".", .type = '2', .link = "/"})},
        {"SparseMapBackwards", TarBuilder()
                                   .add({.name = "file",
                                         .content = "0123456789",
                                         .pax = {{"GNU.sparse.major", "0"},
                                                 {"GNU.sparse.minor", "1"},
                                                 {"GNU.sparse.map", "100,5,0,5"},
                                                 {"GNU.sparse.size", "200"}}})
                                   .finish()},
        {"ClaimWithoutMarker", TarBuilder()
                                   .add({.name = "pax_global_header",
                                         .type = 'g',
                                         .content = TarBuilder::pax_record("comment", "jailctl archive, format 1")})
                                   .add(file)
                                   .finish()},
    };
}

void PrintTo(const Case& one, std::ostream* out) { *out << one.name; }

class Refused : public Unpacking, public ::testing::WithParamInterface<Case> {};

TEST_P(Refused, WithASentenceAndNothingOutsideTouched) {
    for (const bool as_jail : {true, false}) {
        const std::string name = GetParam().name;
        if (!as_jail && name.find("OutsideTheJail") != std::string::npos && name[0] != 'G')
            continue;  // host ids have no such bound
        for (const auto& entry : fs::directory_iterator(staging_)) fs::remove_all(entry);
        try {
            unpack(GetParam().archive, as_jail,
                   Value::object().set("trusted", !as_jail && name.find("LeftOut") == std::string::npos));
            ADD_FAILURE() << "was unpacked" << (as_jail ? " as the jail" : "");
        } catch (const Error& error) {
            EXPECT_THAT(error.code(), ::testing::AnyOf(Errc::damaged, Errc::unsupported)) << error.what();
            EXPECT_STRNE(error.what(), "");
        }
        expect_nothing_outside_touched();
    }
}

INSTANTIATE_TEST_SUITE_P(Archives, Refused, ::testing::ValuesIn(cases()),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace jailctl::test

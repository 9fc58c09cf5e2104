#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "archive/raw_names.hpp"

namespace jailctl::tree {

/// What the guard tells of a member.
struct Sighting {
    std::uint64_t begins = 0;  ///< where its headers begin
    bool unknown = false;      ///< of a kind tar does not define
    bool hard_link = false;
    RawNames names;
};

/// Looks at a tar stream as it goes by, before libarchive does, and refuses what libarchive passes over in silence: NUL
/// in names, ids and sizes that are no numbers, records of a wrong length, a missing end, something behind the end.
class TarGuard {
public:
    /// The next bytes of the stream. @throws Error damaged, unsupported
    void feed(std::string_view bytes);
    /// The stream is over. @throws Error damaged: without the two zero blocks that end a tar
    void finish() const;

    /// The first record says that jailctl made it (archive/marker.hpp).
    [[nodiscard]] bool claimed() const noexcept { return claimed_; }
    /// Something stood behind the end, and that was refused.
    [[nodiscard]] bool trailed() const noexcept { return trailed_; }
    /// The member that libarchive found at `offset`, each in its turn: where it takes other bytes for headers than the
    /// guard did, nobody has looked at what it reads.
    /// @throws Error damaged: it is not the next one
    [[nodiscard]] Sighting take_member(std::uint64_t offset);
    /// libarchive has found the last one. @throws Error damaged: there are more
    void expect_no_more() const;
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

private:
    enum class State { header, extension, sparse_map, body, end };
    std::size_t take(std::string_view bytes);
    void end_block(std::string_view bytes);
    void header();
    void member(char type, std::uint64_t size);
    void extension_done();
    void pax_records(std::string_view text);
    void pax_record(std::string_view key, std::string_view value);
    void skip(std::uint64_t size);

    State state_ = State::header;
    std::string collected_;            // of a header block, or an extension's body
    std::size_t wanted_ = 512;         // bytes `collected_` shall have
    std::uint64_t to_skip_ = 0;        // of a body, padding included
    std::uint64_t extension_size_ = 0;
    std::uint64_t pax_size_ = 0;
    bool has_pax_size_ = false;
    char extension_type_ = 0;
    std::uint64_t member_start_ = 0;   // where the headers of the current member begin
    bool start_known_ = false;
    bool in_member_ = false;           // between an extension header and the member's own
    bool claimed_ = false, trailed_ = false;
    std::uint64_t bytes_ = 0;
    std::uint64_t zeros_ = 0;          // since the end began
    std::string had_;                  // types of the extended headers of the current member
    NameKeeper names_;
    std::deque<Sighting> ahead_;       // seen, and not yet taken: of the piece of the stream that libarchive reads
};

}  // namespace jailctl::tree

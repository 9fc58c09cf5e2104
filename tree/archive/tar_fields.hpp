#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace jailctl::tree {

/// A decimal number without sign, below 2^62; nothing if it is anything else.
[[nodiscard]] std::optional<std::uint64_t> decimal(std::string_view text) noexcept;

/// A record of a pax header: "LENGTH key=value\n".
struct PaxRecord {
    std::size_t length;           ///< of all of it
    std::string_view key, value;  ///< both empty: it has no key
};
/// The one `text` begins with; nothing if it has no length, or one that is wrong.
[[nodiscard]] std::optional<PaxRecord> first_pax_record(std::string_view text) noexcept;

/// The fields of a tar header block that carry numbers (POSIX ustar; GNU's binary form for large ones).
class TarHeader {
public:
    struct Field {
        std::size_t offset, size;
    };
    static constexpr Field mode{100, 8}, uid{108, 8}, gid{116, 8}, size{124, 12}, checksum{148, 8};

    explicit TarHeader(std::string_view block) : block_(block) {}
    [[nodiscard]] char type() const noexcept { return block_[156]; }
    /// The value, below 2^62; an empty field is 0. Nothing if it is no number, or negative.
    [[nodiscard]] std::optional<std::uint64_t> number(Field field) const noexcept;
    [[nodiscard]] bool checksum_matches() const noexcept;

private:
    std::string_view block_;
};

}  // namespace jailctl::tree

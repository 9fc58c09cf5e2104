#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "archive/packer.hpp"

namespace jailctl::tree {

/// What a live pass remembers of one entry it stored: enough to see later whether the entry is still the same. 32
/// bytes, because there is one for each of however many entries.
struct Remembered {
    std::uint64_t path = 0;     ///< hash of the path
    std::uint64_t object = 0;   ///< which object had that name
    std::int64_t changed = 0;   ///< its last change, nanoseconds
    std::uint64_t place = 0;    ///< where its headers begin in the tar, a multiple of 512, and the bits below

    static constexpr std::uint64_t directory_bit = 1, several_names_bit = 2, noted_bit = 4;
    [[nodiscard]] std::uint64_t offset() const noexcept { return place & ~std::uint64_t{511}; }
    [[nodiscard]] bool is_directory() const noexcept { return (place & directory_bit) != 0; }
    /// There was something to note about it: the second pass stores it anew, and notes it if it is still so.
    [[nodiscard]] bool was_noted() const noexcept { return (place & noted_bit) != 0; }
    [[nodiscard]] bool has_several_names() const noexcept { return (place & several_names_bit) != 0; }
};

[[nodiscard]] std::uint64_t hash_of_path(std::string_view path) noexcept;
[[nodiscard]] std::uint64_t object_of(const Facts& facts) noexcept;
[[nodiscard]] std::int64_t nanoseconds_of(const Timestamp& time) noexcept;

/// Writes one for each entry that a Packer stores.
class LedgerWriter final : public Witness {
public:
    explicit LedgerWriter(int file) : file_(file) {}
    void stored(const Entry& entry, std::uint64_t offset, bool as_it_is) override;
    /// Everything is in the file on return. @throws Error io, no_space
    void finish();

private:
    int file_;
    std::vector<Remembered> pending_;
};

/// What the live pass remembers, by path.
class Ledger {
public:
    /// @throws Error io, damaged
    explicit Ledger(int file);
    /// Where the entry of that path is in this ledger, the first if it was met twice; -1 if there is none.
    [[nodiscard]] std::ptrdiff_t find(std::string_view path) const noexcept;
    [[nodiscard]] const Remembered& operator[](std::size_t i) const noexcept { return entries_[i]; }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    std::vector<Remembered> entries_;  // sorted by hash of path, then by place
};

}  // namespace jailctl::tree

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace jailctl::tree {

/// Numbers and texts in few bytes: numbers in groups of seven bits, least first (LEB128); texts behind their length.
void put_number(std::string& out, std::uint64_t number);
void put_signed(std::string& out, std::int64_t number);  ///< small ones of either sign are short
void put_text(std::string& out, std::string_view text);

/// Reads them again. Whatever the bytes are, nothing outside them is read.
class VarintReader {
public:
    explicit VarintReader(std::string_view bytes) : rest_(bytes) {}
    /// @throws Error damaged: the bytes end, or the number is larger than `most`
    [[nodiscard]] std::uint64_t number(std::uint64_t most = ~std::uint64_t{0});
    [[nodiscard]] std::int64_t signed_number();
    /// @throws Error damaged: the bytes end, or it is longer than `longest`
    [[nodiscard]] std::string_view text(std::size_t longest);
    [[nodiscard]] std::string_view bytes(std::size_t count);
    [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
    [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

private:
    std::string_view rest_;
};

}  // namespace jailctl::tree

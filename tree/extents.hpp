#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace jailctl::tree {

/// A stretch of a file that holds data.
struct Extent {
    std::uint64_t offset = 0, length = 0;
    [[nodiscard]] std::uint64_t end() const noexcept { return offset + length; }
    friend bool operator==(const Extent&, const Extent&) = default;
};

/// Calls `see` with each stretch of data in a file of `size` bytes, in order, no two of which touch; all else is hole.
/// Moves the file offset.
void each_extent(int fd, std::uint64_t size, const std::function<void(const Extent&)>& see);

/// Where a file has data, as a list of bounded length: of a file with very many holes the smallest are taken for data,
/// which changes nothing of its content.
class DataMap {
public:
    /// Whoever makes a tar of it takes some two hundred bytes for each.
    static constexpr std::size_t most = 65536;

    /// In order.
    void add(const Extent& extent);
    [[nodiscard]] const std::vector<Extent>& extents() const noexcept { return extents_; }
    [[nodiscard]] std::uint64_t data() const noexcept { return data_; }      ///< bytes the file has
    /// Bytes of holes that were taken for data.
    [[nodiscard]] std::uint64_t filled() const noexcept { return filled_; }

private:
    void thin_out();
    std::vector<Extent> extents_;
    std::uint64_t data_ = 0, filled_ = 0;
};
[[nodiscard]] DataMap data_map(int fd, std::uint64_t size);

}  // namespace jailctl::tree

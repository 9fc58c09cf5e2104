#include "extents.hpp"

#include <algorithm>

namespace jailctl::tree {

void DataMap::add(const Extent& extent) {
    data_ += extent.length;
    extents_.push_back(extent);
    if (extents_.size() > most) thin_out();
}

/// Makes room for as many again as went, so that a file of millions costs no more than its own length for each.
void DataMap::thin_out() {
    constexpr std::size_t room = most / 8;
    std::vector<std::uint64_t> gaps;
    gaps.reserve(extents_.size() - 1);
    for (std::size_t i = 1; i < extents_.size(); ++i) gaps.push_back(extents_[i].offset - extents_[i - 1].end());
    const auto nth = gaps.begin() + room - 1;
    std::nth_element(gaps.begin(), nth, gaps.end());
    const std::uint64_t largest = *nth;
    // As many as are to go and no more: in a file that is even all over, all gaps are alike.
    auto alike = room - static_cast<std::size_t>(
                            std::count_if(gaps.begin(), nth, [&](std::uint64_t gap) { return gap < largest; }));
    std::size_t kept = 0;
    for (std::size_t i = 1; i < extents_.size(); ++i) {
        const std::uint64_t gap = extents_[i].offset - extents_[kept].end();
        if (gap < largest || (gap == largest && alike > 0)) {
            if (gap == largest) --alike;
            filled_ += gap;
            extents_[kept].length = extents_[i].end() - extents_[kept].offset;
        } else {
            extents_[++kept] = extents_[i];
        }
    }
    extents_.resize(kept + 1);
}

DataMap data_map(int fd, std::uint64_t size) {
    DataMap map;
    each_extent(fd, size, [&](const Extent& extent) { map.add(extent); });
    return map;
}

}  // namespace jailctl::tree

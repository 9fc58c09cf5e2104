#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace jailctl::tree {

/// Inflates gzip members of any length, stretch by stretch, and compares check sum and length of each.
class MemberInflater {
public:
    virtual ~MemberInflater() = default;
    /// What comes next is the first byte of a member.
    virtual void begin() = 0;
    struct Step {
        std::size_t used;  ///< bytes of the input
        std::size_t made;  ///< bytes at `out`; all of its room: there may be more without any further input
        bool ended;        ///< the member
    };
    /// @throws Error damaged: the member is
    [[nodiscard]] virtual Step step(std::string_view in, char* out, std::size_t room) = 0;
};

/// By zlib, which takes every member and says best what is wrong with it.
[[nodiscard]] std::unique_ptr<MemberInflater> zlib_inflater();

/// By ISA-L, in half the time. @return nullptr: jailctl was built without it
[[nodiscard]] std::unique_ptr<MemberInflater> fast_inflater();
/// Whether it may have a member that begins like this: none whose header holds more than names.
[[nodiscard]] bool is_for_fast_inflater(std::string_view member) noexcept;

}  // namespace jailctl::tree

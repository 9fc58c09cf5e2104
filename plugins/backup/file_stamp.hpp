#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>

#include "jailctl/sdk/value.hpp"

namespace jailctl::backup {

/// What tells a file from another one, or another state of it, that came to stand under its name: cheaply, without
/// reading it. A rename keeps it; a copy has one of its own, even with the times of the original.
struct FileStamp {
    std::uint64_t inode = 0;   ///< 0: not known, which is no file's
    std::int64_t modified = 0; ///< nanoseconds
    std::uint64_t size = 0;
    [[nodiscard]] bool known() const noexcept { return inode != 0; }
    friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

[[nodiscard]] FileStamp stamp_of(const struct stat& facts) noexcept;
/// Of an open file. @param what  for the message @throws Error io
[[nodiscard]] FileStamp stamp_of(int file, const std::string& what);
/// Of the regular file under that absolute path; not known if there is none.
[[nodiscard]] FileStamp stamp_at(const std::string& path) noexcept;

/// As members "inode", "modified" and "size" of an object, and back: not known where a record of older times has none.
[[nodiscard]] FileStamp stamp_in(const Value& object);
Value& put_stamp(Value& object, const FileStamp& stamp);

}  // namespace jailctl::backup

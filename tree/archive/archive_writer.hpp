#pragma once

#include <memory>

#include "archive/index_writer.hpp"
#include "archive/tar_writer.hpp"

namespace jailctl::tree {

/// An archive in the making, from its first byte to its end marker.
class ArchiveWriter {
public:
    /// @param read_back  each byte is read from the disk again; `out` is an empty regular file then
    ArchiveWriter(int out, Format format, Level level, bool read_back = false);
    [[nodiscard]] TarWriter& tar() noexcept { return tar_; }
    [[nodiscard]] IndexWriter& index() noexcept { return index_; }
    /// Ends it. @param counts  members for marker and result alike @return the result of `pack` (tree/README.md)
    [[nodiscard]] Value finish(const Value& description, Value counts);

private:
    Format format_;
    Output output_;
    std::unique_ptr<Encoder> encoder_;
    TarWriter tar_;
    IndexWriter index_;
};

/// `format` and `level` of an action's arguments. @throws Error invalid: it is none
[[nodiscard]] Format format_of(const Value& arguments);
[[nodiscard]] Level level_of(const Value& arguments);

}  // namespace jailctl::tree

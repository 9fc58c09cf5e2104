#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "hash.hpp"

namespace jailctl::tree {

/// Bytes in order, piece by piece.
class ByteSource {
public:
    virtual ~ByteSource() = default;
    /// The next piece, valid until the next call; empty at the end, and only there. @throws Error damaged, io
    virtual std::string_view next() = 0;
};

/// The archive file, from its beginning to `end`, digested on the way. Its own offset is neither used nor moved.
class ArchiveFile final : public ByteSource {
public:
    ArchiveFile(int fd, std::uint64_t end);
    std::string_view next() override;
    [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
    [[nodiscard]] std::uint64_t end() const noexcept { return end_; }
    /// Moves the end: for what stands behind the part read so far.
    void extend(std::uint64_t end) noexcept { end_ = end; }
    [[nodiscard]] int descriptor() const noexcept { return fd_; }
    [[nodiscard]] Sha256& hash() noexcept { return hash_; }
    /// The first bytes, without reading on.
    [[nodiscard]] std::string peek(std::size_t size) const;
    /// The next bytes were read by somebody else.
    void took(std::string_view bytes);
    /// Whether its decoder came by parts of ours (archive/aside.hpp): another tool that
    /// compresses a tar anew leaves none.
    [[nodiscard]] bool holds_parts() const noexcept { return holds_parts_; }

private:
    int fd_;
    std::atomic<std::uint64_t> position_ = 0;  // looked at for progress while another thread reads
    std::uint64_t end_;
    std::string buffer_;
    Sha256 hash_;
    std::atomic<bool> holds_parts_ = false;
    friend std::unique_ptr<ByteSource> make_decoder(ArchiveFile& file);
};

/// Says of a file that is something else altogether that it is, before its bytes are taken for headers.
/// @throws Error damaged
void require_archive(const ArchiveFile& file);

/// By its first bytes.
[[nodiscard]] bool is_compressed(const ArchiveFile& file);

/// Undoes the compression that the first bytes tell of: gzip and zstd are inflated here, with every check sum and
/// length compared and nothing accepted behind the end; xz and bzip2 by libarchive's filters; everything else is passed
/// on. That is done by a thread of its own, some pieces ahead.
/// @param file  must outlive the result; until the end of the decoder's bytes position() alone may be called
[[nodiscard]] std::unique_ptr<ByteSource> make_decoder(ArchiveFile& file);
/// Refuses xz and bzip2: security.md 6 keeps them for bases. @throws Error unsupported
void require_own_compression(const ArchiveFile& file);

/// @param parts  set once a part of ours was passed over, if it is given
[[nodiscard]] std::unique_ptr<ByteSource> make_gzip_decoder(ByteSource& file, std::atomic<bool>* parts = nullptr);
[[nodiscard]] std::unique_ptr<ByteSource> make_zstd_decoder(ByteSource& file, std::atomic<bool>* parts = nullptr);
[[nodiscard]] std::unique_ptr<ByteSource> make_filter_decoder(ByteSource& file);

}  // namespace jailctl::tree

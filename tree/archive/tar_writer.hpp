#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "archive/output.hpp"
#include "attributes.hpp"
#include "extents.hpp"

struct archive;
struct archive_entry;

namespace jailctl::tree {

/// What a tar member says about itself, in writing and in reading.
struct Member {
    std::string path;              ///< as in the archive, raw bytes
    Kind kind = Kind::unknown;
    bool hard_link = false;        ///< another name of `target`; nothing else of it counts then
    std::string target;            ///< of a symbolic or hard link
    mode_t mode = 0;
    std::int64_t uid = 0, gid = 0;
    std::uint64_t size = 0;        ///< of a regular file
    std::uint32_t device_major = 0, device_minor = 0;
    Timestamp modified;
    std::vector<Xattr> xattrs;
    std::uint32_t flags = 0;       ///< chattr flags
    std::vector<Extent> extents;   ///< in writing: the data of a sparse file
    std::uint64_t filled = 0;      ///< bytes of that which are holes, because there are so many
    bool sparse = false;           ///< in reading: the digest of its content is of the sparse form
};

/// libarchive writes the seconds of a time before 1970 and its nanoseconds side by side, "-2.3" for what is -1.7; every
/// other tar takes that for a decimal number. This gives what has to be handed over for the right one. The
/// last second before 1970 loses its nanoseconds.
[[nodiscard]] Timestamp tar_time(const Timestamp& time);

/// Writes a pax tar stream member by member into an encoder. libarchive makes the headers.
class TarWriter {
public:
    static constexpr std::size_t record = 10240;  ///< what finish() makes the stream a multiple of

    explicit TarWriter(Encoder& encoder);
    ~TarWriter();
    /// @return a warning of libarchive that concerns this member, else ""
    std::string begin(const Member& member);
    /// Content of the member begun; with its holes exactly `size` bytes in all.
    void data(const char* bytes, std::size_t size);
    /// A hole that the member told of.
    void hole(std::uint64_t size);
    /// Members, or parts of them, as another TarWriter made them.
    void splice(std::string_view bytes);
    /// The two zero blocks, padded to a record of 10240 bytes as tar does.
    void finish();
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    /// CRC-32 (RFC 1952) of the stream so far: against faults between here and the compressor.
    [[nodiscard]] std::uint32_t crc32() const noexcept { return crc32_; }
    /// Where the next member's headers will begin; ends the content of the one before. Those of the first begin with
    /// the record that says who made the archive, as every reader has it.
    [[nodiscard]] std::uint64_t next_offset();

private:
    struct Free {
        void operator()(archive* handle) const noexcept;
        void operator()(archive_entry* entry) const noexcept;
    };
    void emit(std::string_view bytes);
    void write_claim();
    void fill(const Member& member);
    int write_header(const Member& member);
    [[noreturn]] void fail(const std::string& path);
    static ssize_t on_write(archive* handle, void* self, const void* bytes, std::size_t size);

    Encoder& encoder_;
    std::uint32_t crc32_ = 0;
    std::uint64_t bytes_ = 0;
    bool begun_ = false, in_hole_ = false;
    std::string* held_ = nullptr;  // where headers go instead of the encoder
    std::exception_ptr failure_;  // of the encoder, carried through libarchive's C code
    std::unique_ptr<archive_entry, Free> entry_;
    std::unique_ptr<archive, Free> archive_;
};

}  // namespace jailctl::tree

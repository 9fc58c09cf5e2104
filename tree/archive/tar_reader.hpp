#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "archive/tar_guard.hpp"
#include "archive/source.hpp"
#include "archive/tar_writer.hpp"

namespace jailctl::tree {

/// Reads a tar stream (pax, GNU, ustar) member by member. libarchive reads the format and nothing else; every result of
/// it but success is fatal, except its remark on names that are no UTF-8: then the raw bytes are the name.
class TarReader {
public:
    /// @param coded_names  names of attributes are %-encoded throughout, as our own writer has them
    /// @param begins   where in the tar `stream` begins, at the headers of a member
    /// @param digests  hash() is wanted, which takes longer than reading
    TarReader(ByteSource& stream, bool coded_names, std::uint64_t begins = 0, bool digests = false);
    ~TarReader();
    /// The next member, nothing at the end. What is left of the content of the one before is passed over.
    /// @throws Error damaged, unsupported, io
    [[nodiscard]] std::optional<Member> next();
    /// The content of the member last returned: stretches of data in ascending order, holes left out.
    void content(const std::function<void(std::uint64_t offset, std::string_view bytes)>& take);
    /// To be called after the last member: reads the stream to its end and has the guard look at it.
    void finish();

    [[nodiscard]] const TarGuard& guard() const noexcept { return guard_; }
    /// SHA-256 of the stream, after finish(), if it was wanted.
    [[nodiscard]] Sha256& hash() noexcept { return hash_; }
    /// CRC-32 of the stream, after finish().
    [[nodiscard]] std::uint32_t crc32() const noexcept { return crc32_; }
    /// Where in the tar the headers of the member last returned begin.
    [[nodiscard]] std::uint64_t offset() const;

private:
    struct Free {
        void operator()(archive* handle) const noexcept;
    };
    std::string_view pull();
    Member convert(archive_entry* entry);
    [[noreturn]] void fail();
    static ssize_t on_read(archive* handle, void* self, const void** bytes);

    ByteSource& stream_;
    bool coded_names_;
    TarGuard guard_;
    Sha256 hash_;
    std::uint32_t crc32_ = 0;
    std::uint64_t begins_;
    bool digests_;
    std::exception_ptr failure_;
    std::uint64_t size_ = 0;  // of the current member
    std::unique_ptr<archive, Free> archive_;
};

}  // namespace jailctl::tree

#include "archive/source.hpp"

#include <algorithm>
#include <cerrno>
#include <unistd.h>

#include "archive/read_ahead.hpp"
#include "archive/tar_fields.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t buffer_size = 1 << 18;

std::size_t read_at(int fd, char* bytes, std::size_t size, std::uint64_t offset) {
    for (;;) {
        const ssize_t got = ::pread(fd, bytes, size, static_cast<off_t>(offset));
        if (got >= 0) return static_cast<std::size_t>(got);
        if (errno != EINTR) throw_errno("cannot read the archive");
    }
}

class Unchanged final : public ByteSource {
public:
    explicit Unchanged(ByteSource& from) : from_(from) {}
    std::string_view next() override { return from_.next(); }

private:
    ByteSource& from_;
};

std::unique_ptr<ByteSource> plain_decoder(ArchiveFile& file, std::atomic<bool>& parts) {
    const std::string first = file.peek(6);
    if (first.starts_with("\x1f\x8b")) return make_gzip_decoder(file, &parts);
    if (first.starts_with("\x28\xb5\x2f\xfd")) return make_zstd_decoder(file, &parts);
    if (first.starts_with("\xfd" "7zXZ") || first.starts_with("BZh")) return make_filter_decoder(file);
    return std::make_unique<Unchanged>(file);
}

}  // namespace

ArchiveFile::ArchiveFile(int fd, std::uint64_t end) : fd_(fd), end_(end), buffer_(buffer_size, '\0') {}

std::string_view ArchiveFile::next() {
    if (position_ >= end_) return {};
    const std::size_t wanted = std::min<std::uint64_t>(buffer_.size(), end_ - position_);
    const std::size_t got = read_at(fd_, buffer_.data(), wanted, position_);
    if (got == 0) throw Error(Errc::damaged, "the archive became shorter while it was read");
    position_ += got;
    hash_.update(buffer_.data(), got);
    return std::string_view(buffer_).substr(0, got);
}

void ArchiveFile::took(std::string_view bytes) {
    hash_.update(bytes);
    position_ += bytes.size();
}

std::string ArchiveFile::peek(std::size_t size) const {
    std::string bytes(std::min<std::uint64_t>(size, end_), '\0');
    bytes.resize(read_at(fd_, bytes.data(), bytes.size(), 0));
    return bytes;
}

bool is_compressed(const ArchiveFile& file) {
    const std::string first = file.peek(6);
    for (const char* magic : {"\x1f\x8b", "\x28\xb5\x2f\xfd", "\xfd" "7zXZ", "BZh"})
        if (first.starts_with(magic)) return true;
    return false;
}

void require_archive(const ArchiveFile& file) {
    if (is_compressed(file)) return;
    const std::string first = file.peek(512);
    const bool zeros = first.find_first_not_of('\0') == std::string::npos;  // a tar that holds nothing
    if (first.size() == 512 && (zeros || TarHeader(first).checksum_matches())) return;
    throw Error(Errc::damaged, "the file is no archive: it begins neither as a tar nor as anything compressed");
}

void require_own_compression(const ArchiveFile& file) {
    const std::string first = file.peek(6);
    const bool xz = first.starts_with("\xfd" "7zXZ");
    if (!xz && !first.starts_with("BZh")) return;
    throw Error(Errc::unsupported, std::string("the archive is compressed with ") + (xz ? "xz" : "bzip2") +
                                       ", which only a base may be, not a backup")
        .with_hint(std::string("restore it uncompressed: ") + (xz ? "xz" : "bzip2") + " -dc ARCHIVE > NAME.tar");
}

std::unique_ptr<ByteSource> make_decoder(ArchiveFile& file) {
    return std::make_unique<ReadAhead>(plain_decoder(file, file.holds_parts_));
}

}  // namespace jailctl::tree

#include "archive/tar_writer.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <cstdio>
#include <cstring>
#include <libdeflate.h>

#include "acl.hpp"
#include "archive/stand_in.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t block = 512;

unsigned type_of(Kind kind) {
    switch (kind) {
        case Kind::directory: return AE_IFDIR;
        case Kind::symlink: return AE_IFLNK;
        case Kind::fifo: return AE_IFIFO;
        case Kind::character: return AE_IFCHR;
        case Kind::block: return AE_IFBLK;
        default: return AE_IFREG;
    }
}

/// A ustar header as POSIX has it, for the one record libarchive does not write.
std::string global_header(std::size_t body) {
    std::string header(block, '\0');
    const auto put = [&](std::size_t at, std::string_view text) { header.replace(at, text.size(), text); };
    char size[16];
    std::snprintf(size, sizeof size, "%011zo", body);
    put(0, "pax_global_header");
    put(100, "0000644");
    put(108, "0000000");
    put(116, "0000000");
    put(124, size);
    put(136, "00000000000");
    put(148, "        ");
    put(156, "g");
    put(257, "ustar");
    put(263, "00");
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    char checksum[16];
    std::snprintf(checksum, sizeof checksum, "%06o", sum);
    put(148, {checksum, 7});
    return header;
}

}  // namespace

Timestamp tar_time(const Timestamp& time) {
    if (time.seconds >= 0 || time.nanoseconds == 0) return time;
    return time.seconds == -1 ? Timestamp{-1, 0} : Timestamp{time.seconds + 1, 1'000'000'000 - time.nanoseconds};
}

void TarWriter::Free::operator()(archive* handle) const noexcept { archive_write_free(handle); }
void TarWriter::Free::operator()(archive_entry* entry) const noexcept { archive_entry_free(entry); }

TarWriter::TarWriter(Encoder& encoder) : encoder_(encoder), entry_(archive_entry_new()), archive_(archive_write_new()) {
    archive* handle = archive_.get();
    if (handle == nullptr || !entry_) throw std::bad_alloc();
    write_claim();
    // SCHILY.* alone: GNU tar complains of each attribute that is there a second time as LIBARCHIVE.*.
    if (archive_write_set_format_pax(handle) != ARCHIVE_OK ||
        archive_write_set_format_option(handle, "pax", "xattrheader", "SCHILY") != ARCHIVE_OK ||
        archive_write_set_bytes_per_block(handle, 0) != ARCHIVE_OK ||
        archive_write_open(handle, this, nullptr, &TarWriter::on_write, nullptr) != ARCHIVE_OK)
        fail("");
}

TarWriter::~TarWriter() {
    // An unfinished archive is given up: without this libarchive would write its end.
    if (archive_) archive_write_fail(archive_.get());
}

void TarWriter::emit(std::string_view bytes) {
    crc32_ = libdeflate_crc32(crc32_, bytes.data(), bytes.size());
    bytes_ += bytes.size();
    encoder_.write(bytes);
}

void TarWriter::write_claim() {
    // "LENGTH comment=TEXT\n", LENGTH counting itself (POSIX pax, extended header).
    const std::string body = " comment=" + std::string(claim) + "\n";
    std::string line = std::to_string(body.size() + 2) + body;
    emit(global_header(line.size()));
    line.resize(block, '\0');
    emit(line);
}

ssize_t TarWriter::on_write(archive* handle, void* self, const void* bytes, std::size_t size) {
    auto& writer = *static_cast<TarWriter*>(self);
    try {
        if (writer.in_hole_) throw Error(Errc::internal, "libarchive writes the bytes of a hole");
        if (writer.held_ != nullptr) writer.held_->append(static_cast<const char*>(bytes), size);
        else writer.emit({static_cast<const char*>(bytes), size});
        return static_cast<ssize_t>(size);
    } catch (...) {
        writer.failure_ = std::current_exception();
        archive_set_error(handle, EIO, "the archive cannot be written");
        return -1;
    }
}

void TarWriter::fail(const std::string& path) {
    if (failure_) std::rethrow_exception(failure_);
    const char* reason = archive_error_string(archive_.get());
    throw Error(Errc::io, "cannot store " + (path.empty() ? "the tree" : escape_name(path)) + ": " +
                              (reason == nullptr ? "no reason given" : reason));
}

void TarWriter::fill(const Member& member) {
    archive_entry* entry = entry_.get();
    archive_entry_clear(entry);
    archive_entry_set_pathname(entry, member.path.c_str());
    archive_entry_set_mode(entry, type_of(member.kind) | member.mode);
    archive_entry_set_uid(entry, member.uid);
    archive_entry_set_gid(entry, member.gid);
    const Timestamp time = tar_time(member.modified);
    archive_entry_set_mtime(entry, time.seconds, static_cast<long>(time.nanoseconds));
    archive_entry_set_size(
        entry, static_cast<la_int64_t>(member.kind == Kind::regular && !member.hard_link ? member.size : 0));
    if (member.hard_link) return archive_entry_set_hardlink(entry, member.target.c_str());
    if (member.kind == Kind::symlink) archive_entry_set_symlink(entry, member.target.c_str());
    if (member.kind == Kind::character || member.kind == Kind::block) {
        archive_entry_set_rdevmajor(entry, member.device_major);
        archive_entry_set_rdevminor(entry, member.device_minor);
    }
    for (const Xattr& attribute : member.xattrs)
        if (!is_acl(attribute.name) || !add_acl(entry, attribute))
            archive_entry_xattr_add_entry(entry, attribute.name.c_str(), attribute.value.data(),
                                          attribute.value.size());
    if (member.flags != 0) archive_entry_set_fflags(entry, member.flags, 0);
    if (!member.sparse) return;
    if (member.extents.empty()) archive_entry_sparse_add_entry(entry, 0, 0);
    for (const Extent& extent : member.extents)
        archive_entry_sparse_add_entry(entry, static_cast<la_int64_t>(extent.offset),
                                       static_cast<la_int64_t>(extent.length));
}

std::uint64_t TarWriter::next_offset() {
    if (!begun_) return 0;
    if (archive_write_finish_entry(archive_.get()) != ARCHIVE_OK) fail("");
    return bytes_;
}

int TarWriter::write_header(const Member& member) {
    if (!member.sparse || !needs_stand_in(member.path))
        return archive_write_header(archive_.get(), entry_.get());
    if (archive_write_finish_entry(archive_.get()) != ARCHIVE_OK) fail("");  // what it writes is no header
    archive_entry_set_pathname(entry_.get(), stand_in_for(member.path).c_str());
    std::string headers;
    held_ = &headers;
    const int result = archive_write_header(archive_.get(), entry_.get());
    held_ = nullptr;
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) return result;
    put_real_name(headers, member.path);
    emit(headers);
    return result;
}

std::string TarWriter::begin(const Member& member) {
    begun_ = true;
    fill(member);
    archive_clear_error(archive_.get());
    const int result = write_header(member);
    if (result == ARCHIVE_OK) return {};
    if (result != ARCHIVE_WARN) fail(member.path);
    const char* reason = archive_error_string(archive_.get());
    const std::string_view text = reason == nullptr ? "" : reason;
    // Names that are no UTF-8 are stored as the bytes they are (hdrcharset=BINARY), with this remark.
    return text.starts_with("Can't translate") ? std::string() : std::string(text);
}

void TarWriter::data(const char* bytes, std::size_t size) {
    while (size > 0) {
        const la_ssize_t written = archive_write_data(archive_.get(), bytes, size);
        if (written <= 0) fail("");
        bytes += written;
        size -= static_cast<std::size_t>(written);
    }
}

void TarWriter::hole(std::uint64_t size) {
    static const std::string nothing(block, '\0');
    const auto first = static_cast<std::size_t>(std::min<std::uint64_t>(size, block));
    data(nothing.data(), first);  // the map of the holes comes with the first bytes
    // The rest is handed over as lengths alone: libarchive passes over what is a hole by the map without touching the
    // bytes. Should it do otherwise one day, on_write() would end the backup before anything of them is read.
    constexpr std::uint64_t most = std::uint64_t{1} << 30;
    in_hole_ = true;
    for (size -= first; size > 0;) {
        const la_ssize_t passed = archive_write_data(archive_.get(), nothing.data(),
                                                     static_cast<std::size_t>(std::min(size, most)));
        if (passed <= 0) fail("");
        size -= static_cast<std::uint64_t>(passed);
    }
    in_hole_ = false;
}

void TarWriter::splice(std::string_view bytes) {
    begun_ = true;
    emit(bytes);
}

void TarWriter::finish() {
    if (archive_write_finish_entry(archive_.get()) == ARCHIVE_FATAL ||
        archive_write_close(archive_.get()) != ARCHIVE_OK)
        fail("");
    archive_.reset();
    if (const std::size_t rest = bytes_ % record; rest != 0) emit(std::string(record - rest, '\0'));
}

}  // namespace jailctl::tree

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::tree {

enum class Kind : std::uint8_t { regular, directory, symlink, fifo, socket, character, block, unknown };
[[nodiscard]] constexpr bool is_device(Kind kind) noexcept { return kind == Kind::character || kind == Kind::block; }

struct Timestamp {
    std::int64_t seconds = 0;
    std::uint32_t nanoseconds = 0;
    friend bool operator==(const Timestamp&, const Timestamp&) = default;
};

/// Which object something is, whatever its name: enough to see that a name was given to another one.
struct Identity {
    std::uint64_t device = 0, inode = 0, mount = 0;
    friend bool operator==(const Identity&, const Identity&) = default;
};

/// What stat says.
struct Facts {
    Identity identity;
    Kind kind = Kind::unknown;
    mode_t mode = 0;           ///< permission bits, 07777
    uid_t uid = 0;
    gid_t gid = 0;
    std::uint64_t size = 0;    ///< bytes
    std::uint64_t allocated = 0;  ///< bytes on disk
    std::uint32_t links = 0;
    std::uint32_t device_major = 0, device_minor = 0;  ///< of a device node
    Timestamp accessed, modified, changed;

    [[nodiscard]] bool same_object(const Facts& other) const noexcept {
        return identity == other.identity && kind == other.kind;
    }
};

/// Of the entry itself, links not followed; nothing if there is none. @throws Error io, denied
[[nodiscard]] std::optional<Facts> facts_at(int directory, const char* name);
/// @throws Error io
[[nodiscard]] Facts facts_of(int fd);

/// Opens a directory below another for reading, links not followed, its access time left alone where possible.
/// @return nothing, with errno set, if it cannot be opened
[[nodiscard]] UniqueFd open_directory(int directory, const char* name) noexcept;
/// Opens a file for reading without following a link, waiting for a FIFO's writer or taking a terminal.
/// @return nothing, with errno set, if it cannot be opened
[[nodiscard]] UniqueFd open_file(int directory, const char* name) noexcept;

/// Where a link leads. @return nothing, with errno set: it is none, or not there
[[nodiscard]] std::optional<std::string> read_link(int directory, const char* name);
/// Makes a FIFO, a socket with nobody behind it, or a device. @return false with errno
[[nodiscard]] bool make_node(int directory, const char* name, Kind kind, mode_t mode, std::uint32_t major = 0,
                             std::uint32_t minor = 0);

/// Reads the beginning of a file's content as far as it is in memory, into `bytes`, whose size
/// is the most that is read.
/// @return how much there was; nothing: none of it is in memory, and it is on its way. 0 where the system does not tell
[[nodiscard]] std::optional<std::size_t> read_cached(int file, std::string& bytes) noexcept;
/// Whether there would be anything to read so; true where the system does not tell.
[[nodiscard]] bool is_cached(int file) noexcept;
/// Has a stretch of a file read into memory, without waiting for it.
void bring_in(int file, std::uint64_t offset, std::uint64_t length) noexcept;
/// Gives back the memory its content takes, as far as it is on the disk.
void drop_cached(int file) noexcept;
/// The same of a stretch of it.
void drop_cached(int file, std::uint64_t offset, std::uint64_t length) noexcept;
/// Has the content of a file written to the disk, without waiting for it.
void begin_write_out(int file) noexcept;
/// The content of a stretch is on the disk on return; what leads to it need not be yet. @throws Error io, no_space
void write_out(int file, std::uint64_t offset, std::uint64_t length);

/// The names in one directory, read as they come: bounded memory however many there are.
class DirectoryStream {
public:
    explicit DirectoryStream(UniqueFd directory);
    [[nodiscard]] int fd() const noexcept { return directory_.get(); }
    /// The next name ("." and ".." are left out), valid until the next call; nullptr at the end. @throws Error io
    [[nodiscard]] const char* next();
    /// Whether the name last returned is a regular file's, by what the directory says: a hint.
    [[nodiscard]] bool at_regular_file() const noexcept { return regular_; }
    /// The inode the directory gives it, which need not be what stat says: overlays have numbers of their own.
    [[nodiscard]] std::uint64_t inode() const noexcept { return inode_; }
    /// Where the next name will come from; seek() continues there, also in a stream opened anew.
    [[nodiscard]] std::int64_t position() const noexcept { return position_; }
    void seek(std::int64_t position);

private:
    UniqueFd directory_;
    std::string buffer_;
    std::size_t used_ = 0, filled_ = 0;
    std::int64_t position_ = 0;
    std::uint64_t inode_ = 0;
    bool regular_ = false;
};

}  // namespace jailctl::tree

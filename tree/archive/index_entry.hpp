#pragma once

#include <cstdint>
#include <string>

#include "archive/tar_writer.hpp"

#include "jailctl/sdk/value.hpp"

namespace jailctl::tree {

/// What an archive's index says of one member.
struct IndexEntry {
    std::string path;             ///< relative to the root, "" for the root itself
    Kind kind = Kind::unknown;
    bool hard_link = false;       ///< another name of `target`
    std::string target;           ///< of a symbolic link its text, of a hard link a path like `path`
    mode_t mode = 0;
    std::uint64_t uid = 0, gid = 0, size = 0;
    std::uint32_t device_major = 0, device_minor = 0;
    Timestamp modified;
    std::uint64_t offset = 0;     ///< in the tar stream: of its first header block
    std::string sha256;           ///< of a regular file's content: 32 bytes; else empty
    bool sparse = false;          ///< the digest is of the form DigestForm::sparse
    friend bool operator==(const IndexEntry&, const IndexEntry&) = default;
};

/// The entry of a member as the tar holds it, without digest.
[[nodiscard]] IndexEntry entry_of(const Member& member, std::uint64_t offset);
/// A regular file with content of its own.
[[nodiscard]] bool has_content(const IndexEntry& entry) noexcept;
/// What differs between two descriptions of one member: "size", "digest", ...; "" if nothing does.
[[nodiscard]] std::string difference(const IndexEntry& a, const IndexEntry& b);
/// As `contents` lists it (tree/README.md).
[[nodiscard]] Value to_value(const IndexEntry& entry);

/// What a stranger's archive may cost in holes: they take no room in it, but a digest counts every zero.
constexpr std::uint64_t most_holes = std::uint64_t{256} << 30;

/// What the digest of a file's content is of.
enum class DigestForm {
    plain,   ///< the SHA-256 of its bytes, holes as zeros
    /// Of a file stored with its holes, for which nobody should have to count a terabyte of zeros: the SHA-256 of
    ///   "jailctl sparse 1\n", the size, SHA-256 of the map, SHA-256 of the data
    /// where the map is offset and length of each stretch of data, as long as they are, and the data is their bytes.
    /// Numbers have 8 bytes, the lowest first.
    sparse,
};

/// Digest of a file's content that arrives in stretches, in the order of the file.
class ContentDigest {
public:
    /// @param holes  of the plain form: bytes of holes that may still be counted, less with each; nullptr: any
    /// @throws Error unsupported, from add() and finish(): there are more
    explicit ContentDigest(DigestForm form, std::uint64_t* holes = nullptr) : form_(form), holes_(holes) {}
    void add(std::uint64_t offset, std::string_view bytes);
    /// @param size  of the file: a hole may be its end @return 32 bytes
    [[nodiscard]] std::string finish(std::uint64_t size);

private:
    void zeros_up_to(std::uint64_t offset);
    void end_stretch();
    DigestForm form_;
    Sha256 hash_, map_;                  // of the bytes; of the sparse form alone
    std::uint64_t begin_ = 0, at_ = 0;   // of the current stretch; where the next byte is expected
    std::uint64_t* holes_;
};

}  // namespace jailctl::tree

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "archive/aside.hpp"
#include "archive/piece_codec.hpp"
#include "archive/read_back.hpp"
#include "hash.hpp"

namespace jailctl::tree {

/// The file an archive is written to: counts and digests what goes in. May be a pipe.
class Output {
public:
    explicit Output(int fd) : fd_(fd) {}
    /// From here on each byte is read from the disk again (archive/read_back.hpp). Before the first write().
    void prove() { read_back_.emplace(fd_); }
    /// @throws Error io, no_space, damaged: it did not read back
    void write(std::string_view bytes);
    /// Behind the last write(): everything reads back. @return false: nobody asked for it
    bool proven();
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    [[nodiscard]] Sha256& hash() noexcept { return hash_; }

private:
    int fd_;
    std::uint64_t size_ = 0;
    Sha256 hash_;
    std::optional<ReadBack> read_back_;
};

/// Takes the tar stream and writes it to an Output, as it is or compressed in pieces that are decoded each by itself.
class Encoder {
public:
    explicit Encoder(Format format) : format_(format) {}
    virtual ~Encoder() = default;
    virtual void write(std::string_view bytes) = 0;
    /// Puts bytes of the caller's into the output, wrapped so that they decode to nothing (archive/aside.hpp):
    /// behind the piece that holds what was written last, before any later one. Uncompressed, where nothing can stand
    /// between: behind everything.
    virtual void aside(std::string bytes) = 0;
    /// Everything is in the Output on return.
    virtual void finish() = 0;
    /// How much of the tar stream each piece holds, all but the last; 0: uncompressed, the file is the stream.
    [[nodiscard]] virtual std::size_t piece_size() const noexcept = 0;
    /// Where in the file each piece written so far begins; all of them after finish(). Piece number n holds the tar
    /// stream from n * piece_size() on.
    [[nodiscard]] const std::vector<std::uint64_t>& pieces() const noexcept { return pieces_; }
    /// Where in the file each of the calls of aside() put its bytes, as far as they are written; all after finish().
    [[nodiscard]] const std::vector<AsidePlace>& asides() const noexcept { return asides_; }

protected:
    void begins(std::uint64_t offset) { pieces_.push_back(offset); }
    /// Writes what aside() was given and empties the list.
    void put(std::vector<std::string>& behind, Output& output);

private:
    Format format_;
    std::vector<std::uint64_t> pieces_;
    std::vector<AsidePlace> asides_;
};

/// Writes bytes that decode to nothing.
[[nodiscard]] AsidePlace put_aside(std::string_view bytes, Format format, Output& output);

/// @return an encoder for the format; it uses `output` until finish()
[[nodiscard]] std::unique_ptr<Encoder> make_encoder(Format format, Output& output, Level level = Level::normal);

}  // namespace jailctl::tree

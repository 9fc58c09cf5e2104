#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "archive/marker.hpp"
#include "hash.hpp"

namespace jailctl::tree {

/// The file an archive is written to: counts and digests what goes in. May be a pipe.
class Output {
public:
    explicit Output(int fd) : fd_(fd) {}
    /// @throws Error io, no_space
    void write(std::string_view bytes);
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
    [[nodiscard]] Sha256& hash() noexcept { return hash_; }

private:
    int fd_;
    std::uint64_t size_ = 0;
    Sha256 hash_;
};

/// Takes the tar stream and writes it to an Output, as it is or compressed.
class Encoder {
public:
    virtual ~Encoder() = default;
    virtual void write(std::string_view bytes) = 0;
    /// Everything is in the Output on return.
    virtual void finish() = 0;
};

/// @return an encoder for the format; it uses `output` until finish()
[[nodiscard]] std::unique_ptr<Encoder> make_encoder(Format format, Output& output);

}  // namespace jailctl::tree

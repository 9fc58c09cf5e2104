#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace jailctl::tree {

/// SHA-256 by libcrypto, fed piece by piece.
class Sha256 {
public:
    Sha256();
    void update(const void* bytes, std::size_t size);
    void update(std::string_view bytes) { update(bytes.data(), bytes.size()); }
    /// A second one that has seen the same: for the digest of what came so far.
    [[nodiscard]] Sha256 copy() const;
    /// The digest in lower-case hexadecimal; once.
    [[nodiscard]] std::string finish();
    /// The same as 32 bytes.
    [[nodiscard]] std::string finish_raw();

private:
    struct Free {
        void operator()(void* context) const noexcept;
    };
    std::unique_ptr<void, Free> context_;
};

}  // namespace jailctl::tree

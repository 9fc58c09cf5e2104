#include "hash.hpp"

#include <openssl/evp.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {
EVP_MD_CTX* context(void* pointer) { return static_cast<EVP_MD_CTX*>(pointer); }
}  // namespace

void Sha256::Free::operator()(void* pointer) const noexcept { EVP_MD_CTX_free(context(pointer)); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    // Looked up once: with EVP_sha256() libcrypto does so for each digest, three times the
    // cost of that of a small file.
    static EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (!context_ || sha256 == nullptr || EVP_DigestInit_ex(context(context_.get()), sha256, nullptr) != 1)
        throw Error(Errc::internal, "libcrypto has no SHA-256");
}

void Sha256::update(const void* bytes, std::size_t size) {
    if (EVP_DigestUpdate(context(context_.get()), bytes, size) != 1) throw Error(Errc::internal, "SHA-256 failed");
}

Sha256 Sha256::copy() const {
    Sha256 other;
    if (EVP_MD_CTX_copy_ex(context(other.context_.get()), context(context_.get())) != 1)
        throw Error(Errc::internal, "SHA-256 failed");
    return other;
}

std::string Sha256::finish() { return hex(finish_raw()); }

std::string Sha256::finish_raw() {
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    if (EVP_DigestFinal_ex(context(context_.get()), digest, &size) != 1) throw Error(Errc::internal, "SHA-256 failed");
    return {reinterpret_cast<const char*>(digest), size};
}

}  // namespace jailctl::tree

#include <crypt.h>
#include <cstring>
#include <memory>

#include "account.hpp"
#include "jailctl/sdk/error.hpp"

namespace jailctl::create {

std::string hash_password(const std::string& password) {
    // "$y$": yescrypt, what Debian 12 writes itself. No salt bytes given: crypt_gensalt takes them from the kernel.
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];
    if (::crypt_gensalt_rn("$y$", 0, nullptr, 0, setting, sizeof setting) == nullptr) {
        throw_errno("cannot make a salt for the root password");
    }
    const auto work = std::make_unique<struct crypt_data>();  // 32 KiB, zeroed
    const char* const hash = ::crypt_r(password.c_str(), setting, work.get());
    // Failure is a string that begins with '*' (crypt(3)).
    if (hash == nullptr || hash[0] == '*') throw_errno("cannot hash the root password");
    std::string field = hash;
    ::explicit_bzero(work.get(), sizeof *work);
    return field;
}

void wipe(std::string& secret) noexcept {
    ::explicit_bzero(secret.data(), secret.size());
    secret.clear();
}

}  // namespace jailctl::create

#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <unistd.h>

#include "jailctl/sdk/scoped.hpp"

/// What the libFuzzer targets share.
namespace jailctl::fuzz {

/// Not assert(): a release build keeps it.
inline void require(bool holds) {
    if (!holds) std::abort();
}

/// A file in memory with these bytes.
inline UniqueFd file_of(std::string_view bytes) {
    UniqueFd file{::memfd_create("fuzz", MFD_CLOEXEC)};
    for (std::size_t done = 0; done < bytes.size();) {
        const ssize_t written = ::write(file.get(), bytes.data() + done, bytes.size() - done);
        require(written > 0);
        done += static_cast<std::size_t>(written);
    }
    return file;
}

/// Tar headers with their check sums made right: a fuzzer does not find check sums.
inline std::string with_right_sums(std::string bytes) {
    for (std::size_t at = 0; at + 512 <= bytes.size(); at += 512) {
        if (bytes.compare(at + 257, 5, "ustar") != 0) continue;
        bytes.replace(at + 148, 8, "        ");
        unsigned sum = 0;
        for (std::size_t i = 0; i < 512; ++i) sum += static_cast<unsigned char>(bytes[at + i]);
        char text[16];
        std::snprintf(text, sizeof text, "%06o", sum);
        bytes.replace(at + 148, 7, std::string(text, 7));
    }
    return bytes;
}

}  // namespace jailctl::fuzz

#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/files.hpp"

namespace jailctl::core::config {

/// Largest configuration file, included ones each (security.md 7).
inline constexpr std::size_t largest_file = 1U << 20U;

/// What the parser asks of the system, so that it can be tested and fuzzed without one.
class FileProvider {
public:
    virtual ~FileProvider() = default;
    /// Content of a regular file of at most `largest_file` bytes. @throws Error not_found, denied, invalid, io
    [[nodiscard]] virtual std::string read(const std::filesystem::path& file) = 0;
    /// Names in a directory; nothing if there is no such directory. @throws Error denied, io
    [[nodiscard]] virtual std::optional<std::vector<std::string>> list(const std::filesystem::path& directory) = 0;
    /// Home directory of `user` by the password file; "" asks for root's, so that `~` means the same for every caller.
    [[nodiscard]] virtual std::optional<std::string> home(std::string_view user) = 0;
};

/// The real files, with the owner check of security.md 1 on each.
[[nodiscard]] std::unique_ptr<FileProvider> trusted_files(Trust trust);

}  // namespace jailctl::core::config

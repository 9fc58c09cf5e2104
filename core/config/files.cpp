#include "config/files.hpp"

#include <array>
#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core::config {

namespace {

class TrustedFiles final : public FileProvider {
public:
    explicit TrustedFiles(Trust trust) : trust_(trust) {}

    std::string read(const std::filesystem::path& file) override {
        const UniqueFd fd = open_trusted(file, trust_, O_NONBLOCK | O_NOCTTY);  // a FIFO must not hold us up
        return read_all(fd.get(), largest_file, escape_name(file.string()));
    }

    std::optional<std::vector<std::string>> list(const std::filesystem::path& directory) override {
        const UniqueFd fd = find_trusted(directory, trust_, O_PATH | O_DIRECTORY);
        if (!fd) return std::nullopt;
        return list_directory(fd.get(), escape_name(directory.string()));
    }

    std::optional<std::string> home(std::string_view user) override {
        std::array<char, 4096> buffer{};
        passwd entry{};
        passwd* found = nullptr;
        const int failed = user.empty()
                               ? ::getpwuid_r(0, &entry, buffer.data(), buffer.size(), &found)
                               : ::getpwnam_r(std::string(user).c_str(), &entry, buffer.data(), buffer.size(), &found);
        if (failed != 0 || found == nullptr) return std::nullopt;
        return std::string(found->pw_dir);
    }

private:
    Trust trust_;
};

}  // namespace

std::unique_ptr<FileProvider> trusted_files(Trust trust) { return std::make_unique<TrustedFiles>(trust); }

}  // namespace jailctl::core::config

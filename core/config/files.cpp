#include "config/files.hpp"

#include <array>
#include <dirent.h>
#include <fcntl.h>
#include <pwd.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
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
        return names_in(fd, directory);
    }

    std::optional<std::string> home(std::string_view user) override {
        std::array<char, 4096> buffer{};
        passwd entry{};
        passwd* found = nullptr;
        const int failed = user.empty() ? ::getpwuid_r(0, &entry, buffer.data(), buffer.size(), &found)
                                        : ::getpwnam_r(std::string(user).c_str(), &entry, buffer.data(), buffer.size(), &found);
        if (failed != 0 || found == nullptr) return std::nullopt;
        return std::string(found->pw_dir);
    }

private:
    static std::vector<std::string> names_in(const UniqueFd& directory, const std::filesystem::path& shown) {
        UniqueFd readable(::openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!readable) throw_errno("cannot list " + escape_name(shown.string()));
        DIR* stream = ::fdopendir(readable.get());
        if (stream == nullptr) throw_errno("cannot list " + escape_name(shown.string()));
        (void)readable.release();  // closedir closes it
        const Lease close([stream] { ::closedir(stream); });
        std::vector<std::string> names;
        while (const dirent* entry = ::readdir(stream)) names.emplace_back(entry->d_name);
        return names;
    }

    Trust trust_;
};

}  // namespace

std::unique_ptr<FileProvider> trusted_files(Trust trust) { return std::make_unique<TrustedFiles>(trust); }

}  // namespace jailctl::core::config

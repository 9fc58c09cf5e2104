#include "../copy/open_file_link.hpp"

namespace jailctl::lifecycle {

bool is_open_file_link(const std::filesystem::path& link) {
    std::error_code unreadable;
    return std::filesystem::read_symlink(link, unreadable).string().starts_with("/proc/");
}

}  // namespace jailctl::lifecycle

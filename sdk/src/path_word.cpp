#include <filesystem>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {

Error neither_jail_nor_path(const std::string& word) {
    std::error_code none;
    const std::string what = std::filesystem::exists(word, none) ? "what stands" : "a file";
    return Error(Errc::usage, "'" + escape_name(word) + "' is no jail, and a path has a '/' in it")
        .with_hint("for " + what + " in the current directory write ./" + shell_word(word));
}

}  // namespace jailctl

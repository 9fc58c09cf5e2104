#pragma once

#include <string>
#include <vector>

namespace jailctl::core {

/// The command line taken apart before any plugin is known. Boost.Program_options has no stop at the command word, and
/// its recipe for subcommands loses "--": so the line is split here and each part parsed strictly.
struct SplitLine {
    std::vector<std::string> globals;  ///< global options with their values, from before and after the command
    std::string command;               ///< empty if there is none
    std::vector<std::string> words;    ///< options and words of the command
    std::vector<std::string> literal;  ///< what follows "--"
};

/// @throws Error usage: an option before the command that is no global one
[[nodiscard]] SplitLine split_line(const std::vector<std::string>& arguments);

}  // namespace jailctl::core

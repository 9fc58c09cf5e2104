#pragma once

#include <string>
#include <vector>

namespace jailctl::core {

/// One run of jailctl: from the words of its command line to its exit status. Everything it made is destroyed when this
/// returns, plugins last; an interruption is noted in Interrupt, and main ends by that signal.
struct Ending {
    int status = 0;
    int signal = 0;       ///< an interruption: the process ends by it
    /// Nothing was changed, and whoever was to read the output has gone: it ends as ls does, by SIGPIPE.
    bool unread = false;
};
[[nodiscard]] Ending run(const std::vector<std::string>& arguments);

}  // namespace jailctl::core

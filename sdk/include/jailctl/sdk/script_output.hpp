#pragma once

#include <string>
#include <string_view>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/export.hpp"

namespace jailctl {

/// Shows what a script of the site writes, line by line. With --quiet it is only wanted if the script fails: then it is
/// kept until told, the last 64 KiB of it.
class JAILCTL_SDK_EXPORT ScriptOutput {
public:
    explicit ScriptOutput(Invocation& invocation) : invocation_(invocation) {}
    void line(std::string_view text);
    /// The script failed: what was kept is shown.
    void failed();

private:
    Invocation& invocation_;
    std::string kept_;
};

}  // namespace jailctl

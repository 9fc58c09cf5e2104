#include "jailctl/sdk/script_output.hpp"

#include <utility>

#include "jailctl/sdk/lines.hpp"

namespace jailctl {
namespace {

constexpr std::size_t most = 64 * 1024;

}  // namespace

void ScriptOutput::line(std::string_view text) {
    if (!invocation_.options().quiet) return invocation_.console().info(text);
    kept_.append(text).append("\n");
    if (kept_.size() <= most) return;
    const auto whole = kept_.find('\n', kept_.size() - most);  // where a line ends that goes with what is before it
    kept_.erase(0, whole == std::string::npos ? kept_.size() : whole + 1);
}

void ScriptOutput::failed() {
    const std::string kept = std::exchange(kept_, {});
    for (const auto text : lines_of(kept)) invocation_.console().line(text);
}

}  // namespace jailctl

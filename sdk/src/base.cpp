#include "jailctl/sdk/services/base_installer.hpp"

#include "jailctl/sdk/jail.hpp"

namespace jailctl {

BaseChoice base_of(Invocation& invocation, const Jail& jail) {
    const std::string& text = jail.settings["BASE"].text;
    const auto colon = text.find(':');
    const std::string what = colon == std::string::npos ? "" : text.substr(colon + 1);
    return {text, what, &invocation.services().get<BaseInstaller>(text.substr(0, colon))};
}

}  // namespace jailctl

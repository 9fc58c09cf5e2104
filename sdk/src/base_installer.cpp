#include "jailctl/sdk/services/base_installer.hpp"

#include <algorithm>

#include "jailctl/sdk/inspection.hpp"
#include "jailctl/sdk/jail.hpp"

namespace jailctl {

namespace {

/// "busybox", "archive:FILE": as one writes them.
std::vector<std::string> bases(ServiceDirectory& services) {
    std::vector<std::string> names = services.providers(BaseInstaller::id);
    std::sort(names.begin(), names.end());
    for (auto& name : names)
        if (const auto takes = services.get<BaseInstaller>(name).takes(); !takes.empty())
            name += ":" + std::string(takes);
    return names;
}

}  // namespace

std::string_view BaseInstaller::takes() const noexcept { return {}; }

BaseChoice parse_base(Invocation& invocation, const std::string& text) {
    ServiceDirectory& services = invocation.services();
    const auto colon = text.find(':');
    const std::string scheme = text.substr(0, colon);
    const auto known = services.providers(BaseInstaller::id);
    if (std::find(known.begin(), known.end(), scheme) == known.end())
        throw unknown_name("BASE", text, "base", bases(services));
    return {text, colon == std::string::npos ? "" : text.substr(colon + 1), &services.get<BaseInstaller>(scheme)};
}

BaseChoice base_of(Invocation& invocation, const Jail& jail) {
    return parse_base(invocation, jail.settings["BASE"].text);
}

}  // namespace jailctl

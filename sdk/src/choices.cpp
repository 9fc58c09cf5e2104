#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/services/base_installer.hpp"
#include "jailctl/sdk/services/storage.hpp"

// What the settings of a jail choose among the providers of a service; every plugin chooses alike.
namespace jailctl {

Storage& storage_of(Invocation& invocation, const Jail& jail) {
    const std::string& name = jail.settings["STORAGE"].text;
    return invocation.services().get<Storage>(name.empty() || name == "auto" ? "dir" : name);
}

BaseChoice base_of(Invocation& invocation, const Jail& jail) {
    const std::string& text = jail.settings["BASE"].text;
    const auto colon = text.find(':');
    const std::string what = colon == std::string::npos ? "" : text.substr(colon + 1);
    return {text, what, &invocation.services().get<BaseInstaller>(text.substr(0, colon))};
}

}  // namespace jailctl

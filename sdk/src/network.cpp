#include "jailctl/sdk/services/network.hpp"

namespace jailctl {

Network& network_of(Invocation& invocation, const Jail& jail) {
    const std::string& setting = jail.settings["NETWORK"].text;
    return invocation.services().get<Network>(setting.substr(0, setting.find(':')));
}

}  // namespace jailctl

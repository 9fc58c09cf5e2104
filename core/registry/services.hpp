#pragma once

#include "jailctl/sdk/service.hpp"
#include "registry/registry.hpp"

namespace jailctl::core {

/// ServiceDirectory over the registry: one provider is fetched without a name, of several PLUGIN_PREFER picks.
class Services final : public ServiceDirectory {
public:
    explicit Services(const Registry& registry) : registry_(registry) {}
    [[nodiscard]] std::vector<std::string> providers(std::string_view service) const override;
    [[nodiscard]] bool has(std::string_view service) const override;

protected:
    Service& find(std::string_view id, std::string_view provider) override;

private:
    const Registry& registry_;
};

}  // namespace jailctl::core

#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/export.hpp"

namespace jailctl {

/// Root of every service interface. An interface has `static constexpr std::string_view id = "name/revision"`.
class JAILCTL_SDK_EXPORT Service {
public:
    virtual ~Service();
};

/// Named providers of services. A service with one provider is fetched without a name.
class JAILCTL_SDK_EXPORT ServiceDirectory {
public:
    virtual ~ServiceDirectory();
    /// The provider of that name. @throws Error config: none of that name, with the names there are and the nearest one
    template <class S>
    [[nodiscard]] S& get(std::string_view provider) {
        return static_cast<S&>(find(S::id, provider));
    }
    /// The only provider (or the one PLUGIN_PREFER picks). @throws Error config: none, or several
    template <class S>
    [[nodiscard]] S& get() {
        return static_cast<S&>(find(S::id, {}));
    }
    /// The names of those that provide the service of that id, in the order they were registered; empty if nobody does.
    [[nodiscard]] virtual std::vector<std::string> providers(std::string_view service) const = 0;
    /// Whether anybody provides the service of that id.
    [[nodiscard]] virtual bool has(std::string_view service) const = 0;

protected:
    virtual Service& find(std::string_view id, std::string_view provider) = 0;
};

}  // namespace jailctl

#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/registrar.hpp"

namespace jailctl::core::config {

/// Every variable somebody acts on: the host's own and those of the plugins, which are not copied and must outlive it.
class Catalogue {
public:
    explicit Catalogue(const std::vector<Variable>& declared);
    Catalogue(const Catalogue&) = delete;
    Catalogue& operator=(const Catalogue&) = delete;
    [[nodiscard]] const Variable* find(std::string_view name) const noexcept;
    [[nodiscard]] const std::map<std::string_view, const Variable*>& variables() const noexcept { return variables_; }
    /// The declared name nearest to a misspelt one; "" if none is near.
    [[nodiscard]] std::string nearest_to(std::string_view name) const;

private:
    std::vector<Variable> own_;
    std::map<std::string_view, const Variable*> variables_;
};

/// True for the names that the manual of jailctl gives a meaning, whether or not this build acts on them.
[[nodiscard]] bool is_documented(std::string_view name) noexcept;
/// All of them, for the test that compares them with the manual and with what plugins declare.
[[nodiscard]] std::vector<std::string> documented_names();

}  // namespace jailctl::core::config

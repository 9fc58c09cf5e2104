#include "config/environment.hpp"

namespace jailctl::core::config {

const Assigned* Environment::find(std::string_view name) const noexcept {
    const auto found = variables_.find(name);
    if (found != variables_.end()) return &found->second;
    return below_ != nullptr ? below_->find(name) : nullptr;
}

Assigned* Environment::own(std::string_view name) noexcept {
    const auto found = variables_.find(name);
    return found != variables_.end() ? &found->second : nullptr;
}

void Environment::assign(std::string_view name, Traced value, Position where) {
    Assigned* existing = own(name);
    if (existing == nullptr) existing = &variables_[std::string(name)];
    existing->value = std::move(value);
    existing->name = where;
}

void Environment::note_use(std::string_view name) {
    if (!uses_.contains(name)) uses_.emplace(name);
}

}  // namespace jailctl::core::config

#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "config/provenance.hpp"

namespace jailctl::core::config {

/// A variable as last assigned.
struct Assigned {
    Traced value;
    Position name;  ///< of the name in that assignment
    /// Where to point for byte `index` of the value: its own place, or the name's when the value is shorter.
    [[nodiscard]] Position at(std::size_t index) const { return index < value.size() ? value.at(index) : name; }
};

/// Variables of a file while it is parsed; below it, for jails.d, those of jails.conf, which
/// are read and never changed.
class Environment {
public:
    explicit Environment(const Environment* below = nullptr) : below_(below) {}

    [[nodiscard]] const Assigned* find(std::string_view name) const noexcept;
    /// The variable of this level only.
    [[nodiscard]] Assigned* own(std::string_view name) noexcept;
    void assign(std::string_view name, Traced value, Position where);
    [[nodiscard]] const std::map<std::string, Assigned, std::less<>>& variables() const noexcept { return variables_; }

    /// Remembers that an assignment to another variable read `name`.
    void note_use(std::string_view name);
    [[nodiscard]] bool used(std::string_view name) const { return uses_.contains(name); }

private:
    const Environment* below_;
    std::map<std::string, Assigned, std::less<>> variables_;
    std::set<std::string, std::less<>> uses_;
};

}  // namespace jailctl::core::config

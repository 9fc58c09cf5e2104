#include "config/config.hpp"

namespace jailctl::core::config {

namespace {

bool same_place(const Origin& a, const Origin& b) {
    return a.file == b.file && a.line == b.line && a.column == b.column;
}

Diagnostic diagnostic_of(const Variable& variable, const SettingValue& value, const Error& error, bool as_root) {
    const bool unseen = !as_root && error.cause() == std::errc::permission_denied;
    return {unseen ? Severity::warning : Severity::error, value.origin, variable.name + ": " + error.what(), error.hint(), {}, {}};
}

}  // namespace

std::vector<Diagnostic> inspect(const Configuration& configuration, const std::vector<Variable>& declared,
                                bool as_root) {
    std::vector<Diagnostic> found;
    for (const Variable& variable : declared) {
        if (!variable.inspect) continue;
        const auto look_at = [&](const SettingValue& value) {
            for (const Error& error : variable.inspect(configuration, value.text))
                found.push_back(diagnostic_of(variable, value, error, as_root));
        };
        const SettingValue& host = configuration.settings[variable.name];
        if (host.is_set) look_at(host);
        for (const Jail& jail : configuration.jails) {
            const SettingValue& own = jail.settings[variable.name];
            if (own.is_set && !same_place(own.origin, host.origin)) look_at(own);  // its jails.d file says something else
        }
    }
    return found;
}

}  // namespace jailctl::core::config

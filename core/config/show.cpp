#include "config/config.hpp"

namespace jailctl::core::config {

namespace {

/// `value` between double quotes, as jails.conf could hold it.
std::string quoted(const std::string& value) {
    std::string text = "\"";
    for (const char c : value) {
        if (c == '"' || c == '$' || c == '`' || c == '\\') text += '\\';
        text += c;
    }
    return text + '"';
}

std::string address_list(const Jail& jail) {
    std::string list;
    for (const auto& address : jail.addresses) list += (list.empty() ? "" : ",") + address.text();
    return list;
}

const Settings& settings_of(const Configuration& configuration, const Jail* jail) {
    return jail != nullptr ? jail->settings : configuration.settings;
}

}  // namespace

std::string ok_line(const Configuration& configuration, std::size_t warnings) {
    const auto counted = [](std::size_t count, const char* thing) {
        return ", " + std::to_string(count) + thing + (count == 1 ? "" : "s");
    };
    return configuration.file.string() + ": ok" + counted(configuration.jails.size(), " jail") +
           (warnings == 0 ? "" : counted(warnings, " warning"));
}

std::vector<std::string> show(const Configuration& configuration, const Jail* jail) {
    std::vector<std::string> lines;
    if (jail != nullptr)
        lines.push_back("# " + jail->name.text() + " (" + address_list(*jail) + ") in " + jail->root.string() +
                        "   # " + jail->origin.text());
    for (const auto& [name, value] : settings_of(configuration, jail).all())
        lines.push_back(name + '=' + quoted(value.text) + "   # " +
                        (value.is_set || !value.text.empty() ? value.origin.text() : "not set"));
    return lines;
}

Value show_data(const Configuration& configuration, const Jail* jail) {
    Value settings = Value::object();
    for (const auto& [name, value] : settings_of(configuration, jail).all()) {
        Value entry;
        entry.set("value", value.text).set("origin", value.origin.text()).set("set", value.is_set);
        settings.set(name, std::move(entry));
    }
    Value data;
    data.set("file", configuration.file.string()).set("settings", std::move(settings));
    if (jail == nullptr) return data;
    Value addresses = Value::array();
    for (const auto& address : jail->addresses) addresses.push(address.text());
    Value described;
    described.set("name", jail->name.text()).set("addresses", std::move(addresses));
    described.set("root", jail->root.string()).set("origin", jail->origin.text());
    return data.set("jail", std::move(described));
}

}  // namespace jailctl::core::config

#include "moment.hpp"

#include <cctype>

namespace jailctl::scripts {

namespace {

std::string id_of(const Moment& moment) {
    return moment.where->id > 0 ? std::to_string(moment.where->id) : std::string();
}

std::string result_of(const Moment& moment) {
    if (!moment.after) return {};
    return moment.failure ? std::string(error_name(moment.failure->code())) : "done";
}

}  // namespace

std::string event_name(std::string_view event) {
    return std::string(event.substr(0, event.find('/')));
}

std::string variable_name(std::string_view event) {
    std::string name;
    for (const char c : event_name(event)) {
        if (c != '-') name += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    }
    return name + "_HOOKS";
}

std::vector<std::string> arguments_of(const Moment& moment) {
    return {moment.jail().name.text(), id_of(moment)};
}

std::vector<std::string> environment_of(const Moment& moment) {
    std::string addresses;
    for (const auto& address : moment.jail().addresses) addresses += (addresses.empty() ? "" : " ") + address.text();
    return {"JAILCTL_EVENT=" + moment.event,
            "JAILCTL_JAIL=" + moment.jail().name.text(),
            "JAILCTL_JID=" + id_of(moment),
            "JAILCTL_ADDRESSES=" + addresses,
            "JAILCTL_ROOT=" + moment.jail().root.string(),
            "JAILCTL_RESULT=" + result_of(moment)};
}

std::string document_of(const Moment& moment) {
    auto addresses = Value::array();
    for (const auto& address : moment.jail().addresses) addresses.push(address.text());
    auto document = Value::object()
                        .set("schema", 1)
                        .set("event", moment.event)
                        .set("jail", moment.jail().name.text())
                        .set("id", moment.where->id > 0 ? Value(moment.where->id) : Value())
                        .set("addresses", std::move(addresses))
                        .set("root", moment.jail().root.string())
                        .set("configuration", moment.invocation().configuration().file.string());
    if (moment.after) document.set("result", result_of(moment));
    if (moment.failure) {
        document.set("error", Value::object()
                                  .set("code", error_name(moment.failure->code()))
                                  .set("message", moment.failure->what())
                                  .set("hint", moment.failure->hint()));
    }
    return to_json(document) + "\n";
}

}  // namespace jailctl::scripts

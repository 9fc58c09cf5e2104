#include "plugins/desk.hpp"

#include <algorithm>

#include "command_line/global_options.hpp"
#include "jailctl/sdk/error.hpp"

namespace jailctl::core {
namespace {

bool is_word(std::string_view name) {
    return !name.empty() && name.front() != '-' && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    });
}

bool is_variable(std::string_view name) {
    return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
           std::all_of(name.begin(), name.end(), [](unsigned char c) {
               return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
           });
}

void check_options(const Command& command) {
    for (const auto& option : command.options.options())
        if (is_global_option(option->long_name()))
            throw Error(Errc::internal, "command '" + command.name + "' declares --" + option->long_name() +
                                            ", which is a global option");
}

}  // namespace

void Desk::add(Command command) {
    if (!is_word(command.name)) throw Error(Errc::internal, "'" + command.name + "' cannot be the name of a command");
    for (const auto& alias : command.aliases)
        if (!is_word(alias)) throw Error(Errc::internal, "'" + alias + "' cannot be an alias of a command");
    if (bool(command.run) == bool(command.run_jail))
        throw Error(Errc::internal, "command '" + command.name + "' must set exactly one of run and run_jail");
    if (command.run_jail && command.targets == Targets::none)
        throw Error(Errc::internal, "command '" + command.name + "' runs per jail but takes none");
    check_options(command);
    registrations_.commands.push_back(std::make_unique<Command>(std::move(command)));
}

void Desk::declare(Variable variable) {
    if (!is_variable(variable.name))
        throw Error(Errc::internal, "'" + variable.name + "' cannot be the name of a variable");
    registrations_.variables.push_back(std::move(variable));
}

void Desk::undoer(std::string kind, Undoer undoer) {
    if (kind.empty() || !undoer) throw Error(Errc::internal, "an undoer needs a kind and a body");
    registrations_.undoers.emplace_back(std::move(kind), std::move(undoer));
}

void Desk::subscribe(std::string_view event_id, ErasedHandler handler) {
    registrations_.handlers.push_back({std::string(event_id), std::move(handler)});
}

void Desk::add_service(std::string_view id, std::string provider, std::unique_ptr<Service> service) {
    if (!service || provider.empty()) throw Error(Errc::internal, "a service needs a provider name and an object");
    registrations_.providers.push_back({std::string(id), std::move(provider), std::move(service)});
}

}  // namespace jailctl::core

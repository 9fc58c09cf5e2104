#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "jailctl/sdk/registrar.hpp"

namespace jailctl::core {

/// What one plugin registered in attach(), kept with it: the registries only point here.
struct Registrations {
    struct Handler {
        std::string event;
        ErasedHandler call;
    };
    struct Provider {
        std::string service, name;
        std::unique_ptr<Service> object;
    };
    std::vector<std::unique_ptr<Command>> commands;  // by pointer: options_description cannot be assigned
    std::vector<Variable> variables;
    std::vector<std::pair<std::string, Undoer>> undoers;
    std::vector<Handler> handlers;
    std::vector<Provider> providers;
};

}  // namespace jailctl::core

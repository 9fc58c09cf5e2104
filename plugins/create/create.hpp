#pragma once

#include <optional>
#include <string>

#include "jailctl/sdk/command.hpp"

namespace jailctl::create {

struct CreateArgs {
    /// --root-password-file; an empty word is one: of a variable that is not set, perhaps
    std::optional<std::string> password_file;
};

/// Makes a jail: staged beside its root, published by one rename as the last step. A failure leaves no jail.
Outcome create_jail(Invocation& in, const Jail& jail, const CreateArgs& args);

}  // namespace jailctl::create

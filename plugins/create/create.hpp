#pragma once

#include <string>

#include "jailctl/sdk/command.hpp"

namespace jailctl::create {

struct CreateArgs {
    std::string password_file;  ///< --root-password-file
};

/// Makes a jail: staged beside its root, published by one rename as the last step. A failure leaves no jail.
Outcome create_jail(Invocation& in, const Jail& jail, const CreateArgs& args);

}  // namespace jailctl::create

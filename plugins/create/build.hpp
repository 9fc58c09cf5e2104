#pragma once

#include <filesystem>
#include <string>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/services/base_installer.hpp"

namespace jailctl::create {

/// A root that is being built, and the operation that undoes it.
struct Build {
    Invocation& in;
    Operation& operation;
    const Jail& jail;
    std::filesystem::path staging;
    std::string password_state{};  ///< of root, once it is known: "set", "locked"
};

/// The parts of create between staging and publishing, each as steps of the operation. Under --dry-run the steps print
/// themselves and nothing is touched.
void install_base(Build& build, const BaseChoice& base);
void copy_addons(Build& build);
void configure(Build& build);
/// @param given  from a file; empty: asked on a terminal, and without one the account is locked
void set_password(Build& build, const std::string& given);

}  // namespace jailctl::create

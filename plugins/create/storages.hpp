#pragma once

#include <string>
#include <vector>

#include "jailctl/sdk/registrar.hpp"

namespace jailctl::create {

/// The storage drivers of this system, by platform folder. "dir" is one of them everywhere.
[[nodiscard]] std::vector<std::string> storage_names();
void provide_storages(Registrar& host);

}  // namespace jailctl::create

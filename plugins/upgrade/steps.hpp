#pragma once

#include <filesystem>
#include <string>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/services/base_installer.hpp"
#include "jailctl/sdk/services/storage.hpp"

namespace jailctl::upgrade {

/// BASE of the jail. @throws Error config: no installer of that name; unsupported: it cannot upgrade
[[nodiscard]] BaseChoice choose_base(Invocation& in, const Jail& jail);

/// One upgrade under way.
struct Upgrade {
    Invocation& in;
    Operation& operation;
    const Jail& jail;
    const BaseChoice& base;
    Storage& storage;
    std::uint64_t system_bytes = 0;  ///< of the old system, as measured
    Value merged;                    ///< result of the helper's merge action
};

/// Measures the system. @throws Error no_space: it and the new base would not fit beside it (both numbers are named)
[[nodiscard]] std::uint64_t require_space(Invocation& in, const Jail& jail, const BaseChoice& base, Storage& storage);

/// The parts of an upgrade in their order, each as steps of the operation. With --dry-run the steps print themselves.
void copy_system(Upgrade& upgrade);
void install_base(Upgrade& upgrade);
void merge_base(Upgrade& upgrade);
void exchange(Upgrade& upgrade);

}  // namespace jailctl::upgrade

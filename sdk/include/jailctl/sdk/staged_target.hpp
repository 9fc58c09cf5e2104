#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/services/base_installer.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl {

/// A staged root as the target of a base: create and upgrade hand it to a BaseInstaller. Everything goes through the
/// tree helper in a user namespace with the jail's id map (security.md 2.5), so nothing a base brings can reach beyond
/// the staging directory or be owned by ids that are not the jail's.
class JAILCTL_SDK_EXPORT StagedTarget final : public BaseTarget {
public:
    /// @param staging  absolute path of a directory made by Storage::make
    StagedTarget(Invocation& invocation, const Jail& jail, std::filesystem::path staging);
    ~StagedTarget() override;

    /// @throws Error  as the helper reports it
    void populate(Value entries, std::vector<std::pair<std::string, int>> files) override;
    /// Shows progress. What the allow-list of security.md 6 leaves out (device nodes: the jail gets its own /dev) is
    /// named with --verbose. @param bytes_expected  size of the archive, 0 if unknown
    /// @throws Error damaged, invalid, no_space, interrupted
    void unpack(int archive, std::uint64_t bytes_expected) override;
    [[nodiscard]] const std::filesystem::path& directory() const override { return staging_; }

    /// Runs any other action of the helper on the staged root with the same map; see tree/README.md.
    /// @return its result
    Value run(std::string_view action, Value arguments, std::vector<std::pair<std::string, int>> descriptors = {});

private:
    Invocation& invocation_;
    const Jail& jail_;
    std::filesystem::path staging_;
};

}  // namespace jailctl

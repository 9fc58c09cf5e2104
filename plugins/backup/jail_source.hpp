#pragma once

#include <memory>
#include <string>
#include <vector>

#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/services/backup_backend.hpp"
#include "view.hpp"

namespace jailctl::backup {

/// The tree of one jail, read-only, for a backend. Opened once; what the jail does to its path later changes nothing.
class JailSource final : public BackupSource {
public:
    /// @throws Error not_found, denied
    JailSource(Invocation& invocation, const Jail& jail, const View& view);
    [[nodiscard]] const Jail& jail() const override { return jail_; }
    [[nodiscard]] Grade grade() const override { return view_.grade(); }
    [[nodiscard]] int directory() const override { return root_.fd(); }
    [[nodiscard]] std::uint64_t size_estimate() const override { return bytes_; }
    [[nodiscard]] const std::vector<std::string>& excludes() const override { return excludes_; }
    [[nodiscard]] Value description() const override;
    Value write_tar(int out, std::string_view format) override;

private:
    Invocation& invocation_;
    const Jail& jail_;
    const View& view_;
    Rootfs root_;
    std::vector<std::string> excludes_;
    std::uint64_t bytes_ = 0;
};

}  // namespace jailctl::backup

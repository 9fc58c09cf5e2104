#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/services/backup_backend.hpp"
#include "quiesce.hpp"
#include "view.hpp"

namespace jailctl::backup {

/// The tree of one jail, read-only, for a backend. Opened once; what the jail does to its path later changes nothing. A
/// jail that is to be read in two passes is so for a backend that takes a tar; one that takes the directory reads it as
/// it runs: nobody but the backend knows how long it would have to stand still.
class JailSource final : public BackupSource {
public:
    /// @param id  of the running jail, 0 if it is stopped @throws Error not_found, denied
    JailSource(Invocation& invocation, const Jail& jail, const View& view, int id);
    [[nodiscard]] const Jail& jail() const override { return jail_; }
    [[nodiscard]] Grade grade() const override { return grade_; }
    /// @throws Error unsupported: BACKUP_WARM=frozen cannot be had in this way
    [[nodiscard]] int directory() const override;
    [[nodiscard]] std::uint64_t size_estimate() const override { return bytes_; }
    [[nodiscard]] const std::vector<std::string>& excludes() const override { return excludes_; }
    [[nodiscard]] Value description() const override;
    Value write_tar(int out, std::string_view format) override;
    void use_scratch(int directory) override { scratch_ = directory; }
    /// What there is to say of the grade, else empty.
    [[nodiscard]] const std::string& remark() const noexcept { return remark_; }

private:
    Value write_in_two_passes(int out, std::string_view format);
    Invocation& invocation_;
    const Jail& jail_;
    const View& view_;
    int id_;
    Grade grade_;
    std::optional<std::chrono::microseconds> frozen_;
    mutable std::optional<Quiesced> quiesced_;  // for a backend that reads the directory; resumed with this
    int scratch_ = -1;
    std::string remark_;
    Rootfs root_;
    std::vector<std::string> excludes_;
    std::uint64_t bytes_ = 0, entries_ = 0;
};

}  // namespace jailctl::backup

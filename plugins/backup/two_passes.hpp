#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl::backup {

/// Reads a running jail where no snapshot can be taken (ADR 14): all of it while it runs, then, made ready and frozen,
/// only what changed meanwhile. What was read lies compressed in unnamed files until write() makes the archive; there
/// is no second copy of the tree, and the jail stands still for as long as what changed takes to read.
class TwoPasses {
public:
    /// @param id  of the running jail @param root  its directory @param scratch  where the unnamed files go
    TwoPasses(Invocation& invocation, const Jail& jail, int id, int root, int scratch);
    /// Both passes; on return the jail runs again and is resumed.
    /// @param bytes  what the tree is estimated to hold
    void read(const std::vector<std::string>& excludes, std::uint64_t bytes);
    /// False: the jail did not stand still to the end of the second pass; the backup is one of a living jail, and what
    /// changed while it was read is named and counted.
    [[nodiscard]] bool exact() const noexcept { return exact_; }
    /// Why it is not exact: a sentence.
    [[nodiscard]] const std::string& remark() const noexcept { return remark_; }
    [[nodiscard]] std::chrono::microseconds frozen() const noexcept { return frozen_; }
    /// @return as the helper's pack action
    [[nodiscard]] Value write(int out, std::string_view format, const Value& description);

private:
    void read_live(const Value& excludes, std::uint64_t bytes);
    void read_frozen(const Value& excludes);
    void catch_up(const Value& excludes);
    void count_changes(const Value& excludes, std::int64_t since);

    Invocation& invocation_;
    const Jail& jail_;
    int id_, root_;
    UniqueFd live_, ledger_, tail_, plan_;
    std::int64_t since_ = 0, members_end_ = 0;
    Value second_;
    bool exact_ = false;
    std::string remark_;
    std::chrono::microseconds frozen_{};
};

}  // namespace jailctl::backup

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/value.hpp"
#include "repository.hpp"

namespace jailctl::restic {

/// What `restic ls --json` does not tell, from the manifest in the snapshot: targets of links, numbers of devices, and
/// names that are no UTF-8, whose bytes restic's JSON loses.
class Told {
public:
    /// @param manifest  lines of JSON as the helper's facts action writes them  @throws Error damaged
    explicit Told(std::string_view manifest);
    /// The manifest's line for a path as restic's JSON has it, null if there is none. Paths that look the same there
    /// are told apart by their order.
    [[nodiscard]] Value take(const std::string& path);

private:
    std::map<std::string, std::vector<Value>> lines_;
};

/// One line of `restic ls --json` as an entry of BackupBackend::contents(); null if it is none: another kind of line,
/// something that is not of the jail's tree, a socket. @throws Error damaged
[[nodiscard]] Value entry_of(std::string_view line, Told& told);

/// Lists the tree of a snapshot, some entries at a time. @throws Error as Repository::failure(), damaged
void list_entries(const Repository& repository, const std::string& id,
                  const std::function<void(const Value::Array& entries)>& take);

}  // namespace jailctl::restic

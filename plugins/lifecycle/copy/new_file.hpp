#pragma once

#include <optional>
#include <string>

#include "jailctl/sdk/scoped.hpp"
#include "staging.hpp"

namespace jailctl::lifecycle {

/// A new file in a directory of the host that gets its name only when it is whole, in place of a file that stands
/// there. Until then it has none where the file system can, else it stands in a directory of ours.
class NewFile {
public:
    /// @param directory  borrowed @throws Error io
    explicit NewFile(int directory);
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    /// @throws Error io: what stood there stands
    void publish(const std::string& name);

private:
    int directory_;
    std::optional<Staging> staging_;
    UniqueFd fd_;
};

}  // namespace jailctl::lifecycle

#pragma once

#include <string>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::lifecycle {

/// A directory of ours in a directory of the host, for one thing that gets its name beside it when it is whole.
/// One that was killed leaves it as an extraction does (sdk/extract_staging.hpp): the next copy or extraction to
/// that directory clears it.
class Staging {
public:
    /// @param beside  borrowed @throws Error io
    explicit Staging(int beside);
    /// Removes what was not published.
    ~Staging();
    Staging(const Staging&) = delete;
    Staging& operator=(const Staging&) = delete;
    /// Where the thing is to be made, named extract_staging_content.
    [[nodiscard]] int fd() const noexcept { return outer_.get(); }
    /// Renames it: what stands under that name is replaced if that can be, else stays. @throws Error io
    void publish(const std::string& name);

private:
    int beside_;
    std::string name_;
    UniqueFd outer_;
};

/// Removes what copies and extractions that are no more left in a directory, as far as that can be.
void clear_staging(int directory, const std::string& shown);

}  // namespace jailctl::lifecycle

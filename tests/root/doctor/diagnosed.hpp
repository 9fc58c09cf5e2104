#pragma once

#include <string>
#include <vector>

#include "support.hpp"

namespace jailctl::test {

/// What `jailctl doctor --json` said.
struct Diagnosed {
    Value document;
    /// "code jail" of each finding that is not fixed, "code jail fixed" of those that are, in their order.
    [[nodiscard]] std::vector<std::string> findings() const;
    [[nodiscard]] bool healthy() const { return document["verdict"].str() == "healthy"; }
};
/// Fails the test where verdict, findings and exit status are at odds.
Diagnosed diagnose(const Site& site, const std::vector<std::string>& more = {}, const RunOptions& options = {});

}  // namespace jailctl::test

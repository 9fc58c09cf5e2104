#pragma once

#include <string>
#include <vector>

namespace jailctl::core {

/// A plugin as the ordering sees it.
struct Node {
    std::string name;
    std::vector<std::string> needs, provides;  ///< service ids
};

struct Order {
    struct Rejected {
        std::size_t index;
        std::string reason;
    };
    std::vector<std::size_t> sorted;  ///< providers before those that need them, otherwise by name
    std::vector<Rejected> rejected;   ///< a need nobody provides, or a cycle (its path in the reason)
};

/// Needs that a rejected plugin would have met are missing too.
[[nodiscard]] Order order_by_needs(const std::vector<Node>& nodes);

}  // namespace jailctl::core

#include "copy_staging.hpp"

#include "clearing.hpp"

namespace jailctl::tree {

void remove_copy_staging(int beside) {
    Removed removed;
    remove_entry(beside, copy_staging, removed, [](std::uint64_t) {});
}

}  // namespace jailctl::tree

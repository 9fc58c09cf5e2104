#include "../actions.hpp"

#include "../clearing.hpp"

namespace jailctl::tree::actions {

Value remove(Job& job) {
    Removed removed;
    empty_directory(job.root(), removed, [&job](std::uint64_t bytes) { job.progress(bytes); });
    return Value::object().set("entries", removed.entries).set("bytes", removed.bytes);
}

}  // namespace jailctl::tree::actions

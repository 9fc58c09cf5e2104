#include "../actions.hpp"

#include "../clearing.hpp"
#include "../dellist.hpp"

namespace jailctl::tree::actions {

Value prune(Job& job) {
    Removed removed;
    const OnBytes on_bytes = [&job](std::uint64_t bytes) { job.progress(bytes); };
    for (const std::string& line : decode_paths(job.arguments()["patterns"])) {
        const std::vector<std::string> pattern = dellist_pattern(line);
        if (!pattern.empty()) remove_matches(job.root(), pattern, removed, on_bytes);
    }
    return Value::object().set("entries", removed.entries).set("bytes", removed.bytes).set("files", removed.files);
}

}  // namespace jailctl::tree::actions

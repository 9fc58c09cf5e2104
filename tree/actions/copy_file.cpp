#include "../actions.hpp"

#include "../change.hpp"
#include "../copy_content.hpp"
#include "jailctl/sdk/error.hpp"

namespace jailctl::tree::actions {

Value copy_file(Job& job) {
    const int source = job.descriptor("source");
    const Facts before = facts_of(source);
    if (before.kind != Kind::regular) throw Error(Errc::invalid, "copy_file: its source is no regular file");
    const std::uint64_t bytes = copy_content(source, job.descriptor("out"), before.size);
    if (const std::string what = change_of(before, facts_of(source)); !what.empty()) job.note("", what);
    return Value::object().set("entries", 1).set("bytes", bytes);
}

}  // namespace jailctl::tree::actions

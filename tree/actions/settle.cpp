#include "../actions.hpp"

#include "../allow_list.hpp"
#include "../manifest.hpp"
#include "../settler.hpp"

namespace jailctl::tree::actions {

Value settle(Job& job) {
    const bool trusted = job.arguments()["trusted"].truth();
    const int manifest = job.descriptor("facts");
    Settler settler(job, decode_paths(job.arguments()["wanted"]));
    each_manifest_line(manifest, [&](const Value& line) {
        const bool wanted = settler.is_wanted_socket(line);
        if (wanted) settler.make_room_for(line);
        if (wanted || trusted) settler.apply(line);
    });
    Value result = Value::object().set("skipped", Value::array()).set("skipped_total", 0);
    if (trusted)
        each_manifest_line(manifest, [&](const Value& line) { settler.apply_flags(line); });
    else
        result = apply_allow_list(job.root());
    return result.set("applied", settler.applied());
}

}  // namespace jailctl::tree::actions

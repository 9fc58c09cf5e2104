#include "../actions.hpp"

#include <cerrno>

#include "../copy_staging.hpp"
#include "../directory_stack.hpp"
#include "archive/destination.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree::actions {

Value tidy(Job& job) {
    const Value& into = job.arguments()["copied_into"];
    if (!into.is_string()) {
        remove_abandoned_staging(job.root());
        return Value::object();
    }
    const UniqueFd directory = open_below(job.root(), decode_path(into.str()));
    // A jail that put something else into the way has moved or lost what was there.
    if (directory) remove_copy_staging(directory.get());
    else if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP && errno != EXDEV)
        throw_errno("cannot open /" + into.str());
    return Value::object();
}

}  // namespace jailctl::tree::actions

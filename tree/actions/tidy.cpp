#include "../actions.hpp"

#include "archive/destination.hpp"

namespace jailctl::tree::actions {

Value tidy(Job& job) {
    remove_abandoned_staging(job.root());
    return Value::object();
}

}  // namespace jailctl::tree::actions

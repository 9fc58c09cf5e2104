#include "archive/marker.hpp"

#include "actions.hpp"

namespace jailctl::tree::actions {

Value marker(Job& job) {
    const auto found = read_marker(job.descriptor("archive"));
    return Value::object().set("marker", found ? found->document : Value());
}

}  // namespace jailctl::tree::actions

#include "actions.hpp"
#include "archive/extraction.hpp"

namespace jailctl::tree::actions {

Value contents(Job& job) {
    constexpr std::size_t batch = 500;
    std::uint64_t entries = 0;
    Value list = Value::array();
    list_contents(job, job.descriptor("archive"), [&](const IndexEntry& entry) {
        list.push(to_value(entry));
        if (++entries % batch == 0) job.entries(std::exchange(list, Value::array()));
    });
    job.entries(std::move(list));
    return Value::object().set("entries", entries);
}

}  // namespace jailctl::tree::actions

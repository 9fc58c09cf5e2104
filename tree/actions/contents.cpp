#include "actions.hpp"
#include "archive/extraction.hpp"
#include "archive/socket_list.hpp"

namespace jailctl::tree::actions {

Value contents(Job& job) {
    constexpr std::size_t batch = 500;
    std::uint64_t entries = 0;
    Value list = Value::array();
    const auto add = [&](const IndexEntry& entry) {
        list.push(to_value(entry));
        if (++entries % batch == 0) job.entries(std::exchange(list, Value::array()));
    };
    const int archive = job.descriptor("archive");
    list_contents(job, archive, add);
    if (const auto marker = read_marker(archive))
        for (const Member& socket : listed_sockets(marker->document)) add(entry_of(socket, 0));
    job.entries(std::move(list));
    return Value::object().set("entries", entries);
}

}  // namespace jailctl::tree::actions

#include "actions.hpp"
#include "archive/unpacker.hpp"
#include "jailctl/sdk/ids.hpp"

namespace jailctl::tree::actions {
namespace {

UnpackRules rules_of(const Job& job) {
    const Value& arguments = job.arguments();
    UnpackRules rules;
    rules.base = arguments["base"].truth();
    rules.named = arguments["vouched"].truth();
    rules.on_host = arguments["on_host"].truth();
    rules.everything = arguments["trusted"].truth() || rules.named;
    if (arguments["trusted"].truth()) rules.named = false;
    if (job.in_userns()) rules.largest_id = ids_per_jail - 1;
    if (const auto limit = arguments["max_bytes"].num(); limit > 0) rules.max_bytes = static_cast<std::uint64_t>(limit);
    if (const auto limit = arguments["max_entries"].num(); limit > 0)
        rules.max_entries = static_cast<std::uint64_t>(limit);
    return rules;
}

}  // namespace

Value unpack(Job& job) {
    Unpacker* notes = nullptr;
    TreeWriter writer(job.root(),
                      [&](const std::string& path, const std::string& what) { notes->leave_out(path, what); });
    Unpacker unpacker(job, rules_of(job), &writer);
    notes = &unpacker;
    unpacker.run(job.descriptor("archive"));
    return unpacker.result();
}

}  // namespace jailctl::tree::actions

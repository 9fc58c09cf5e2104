#include "actions.hpp"
#include "archive/unpacker.hpp"

namespace jailctl::tree::actions {

Value check(Job& job) {
    UnpackRules rules;
    rules.base = job.arguments()["base"].truth();
    rules.everything = true;  // what a restore would leave out is its business, not the archive's fault
    rules.any_holes = job.arguments()["trusted"].truth();
    rules.compare_index = true;
    Unpacker unpacker(job, rules, nullptr);
    unpacker.run(job.descriptor("archive"));
    return unpacker.result();
}

}  // namespace jailctl::tree::actions

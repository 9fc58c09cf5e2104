#include "actions.hpp"
#include "archive/extractor.hpp"

namespace jailctl::tree::actions {

Value check(Job& job) {
    ExtractRules rules;
    rules.base = job.arguments()["base"].truth();
    rules.everything = true;  // what a restore would leave out is its business, not the archive's fault
    rules.any_holes = job.arguments()["trusted"].truth();
    rules.compare_index = true;
    Extractor extractor(job, rules, nullptr);
    extractor.run(job.descriptor("archive"));
    return extractor.result();
}

}  // namespace jailctl::tree::actions

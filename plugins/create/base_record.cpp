#include "base_record.hpp"

#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/state.hpp"

namespace jailctl::create {

Value base_facts(StagedTarget& target) {
    return target.run("digests", Value::object().set("below", "etc").set("stamps", true));
}

void write_base_record(const Configuration& configuration, const JailName& jail, const std::string& base,
                       const Value& facts) {
    const Value record = Value::object()
                             .set("format", 1)
                             .set("base", base)
                             .set("installed", unix_now())
                             .set("etc_digests", facts["digests"])
                             .set("stamps", facts["stamps"]);
    StateDirectory::lasting(configuration).write("bases", jail.key(), record);
}

}  // namespace jailctl::create

#include "base_record.hpp"

#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/state.hpp"

namespace jailctl::create {

Value etc_digests(StagedTarget& target) {
    return target.run("digests", Value::object().set("below", "etc"))["digests"];
}

void write_base_record(const Configuration& configuration, const JailName& jail, const std::string& base,
                       Value digests) {
    const Value record = Value::object()
                             .set("format", 1)
                             .set("base", base)
                             .set("installed", unix_now())
                             .set("etc_digests", std::move(digests));
    StateDirectory::lasting(configuration).write("bases", jail.key(), record);
}

}  // namespace jailctl::create

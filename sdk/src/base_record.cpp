#include "jailctl/sdk/base_record.hpp"

#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/state.hpp"

namespace jailctl {

namespace {

constexpr const char* folder = "bases";
constexpr int format = 1;

}  // namespace

Value new_base_record(const std::string& base, Value etc_digests, Value stamps) {
    return Value::object()
        .set("format", format)
        .set("base", base)
        .set("installed", unix_now())
        .set("etc_digests", std::move(etc_digests))
        .set("stamps", std::move(stamps));
}

std::optional<Value> read_base_record(const Configuration& configuration, const JailName& jail) {
    return StateDirectory::lasting(configuration).read(folder, jail.key());
}

void write_base_record(const Configuration& configuration, const JailName& jail, const Value& record) {
    StateDirectory::lasting(configuration).write(folder, jail.key(), record);
}

void forget_base_record(const Configuration& configuration, const JailName& jail) {
    StateDirectory::lasting(configuration).remove(folder, jail.key());
}

}  // namespace jailctl

#include "record.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/state.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr const char* folder = "jails";
constexpr std::int64_t format = 1;

std::uint64_t unsigned_of(const Value& value) { return static_cast<std::uint64_t>(value.num()); }

Record parse(const Value& document) {
    Record record;
    record.name = document["name"].str();
    record.configuration = document["configuration"].str();
    record.root = document["root"].str();
    record.configured_root = document["configured_root"].str();
    record.root_device = unsigned_of(document["root_device"]);
    record.root_inode = unsigned_of(document["root_inode"]);
    record.init = {static_cast<pid_t>(document["pid"].num()), unsigned_of(document["pid_start"])};
    record.started = document["started"].num();
    record.cgroup = document["cgroup"].str();
    record.cgroup_path = document["cgroup_path"].str();
    record.network_provider = document["network"]["provider"].str();
    record.network = document["network"]["record"];
    return record;
}

const std::string& this_boot() {
    static const std::string id = boot_id();  // cannot change while we run
    return id;
}

}  // namespace

RecordState look_up_record(const Configuration& configuration, const std::string& key) {
    RecordState state;
    try {
        const auto document = StateDirectory::running(configuration).read(folder, key);
        if (!document) return state;
        state.record = parse(*document);
        if (const auto found = (*document)["format"].num(); found != format)
            throw Error(Errc::damaged, found > format ? "its record was written by a newer version of jailctl"
                                                      : "its record has no known format");
        const bool this_one = (*document)["boot_id"].str() == this_boot() && lives(state.record.init);
        state.kind = this_one ? RecordState::Kind::alive : RecordState::Kind::dead;
    } catch (const Error& error) {
        if (error.code() != Errc::damaged && error.code() != Errc::invalid) throw;
        state.kind = RecordState::Kind::unreadable;
        state.problem = error.what();
    }
    return state;
}

void write_record(const Configuration& configuration, const std::string& key, const Record& record) {
    Value document = Value::object();
    document.set("format", format)
        .set("name", record.name)
        .set("configuration", record.configuration)
        .set("root", record.root)
        .set("configured_root", record.configured_root)
        .set("root_device", record.root_device)
        .set("root_inode", record.root_inode)
        .set("pid", std::int64_t{record.init.pid})
        .set("pid_start", record.init.start)
        .set("boot_id", this_boot())
        .set("started", record.started)
        .set("cgroup", record.cgroup)
        .set("cgroup_path", record.cgroup_path)
        .set("network", Value::object().set("provider", record.network_provider).set("record", record.network));
    StateDirectory::running(configuration).write(folder, key, document);
}

void remove_record(const Configuration& configuration, const std::string& key) {
    StateDirectory::running(configuration).remove(folder, key);
}

std::vector<std::string> recorded_jails(const Configuration& configuration) {
    return StateDirectory::running(configuration).list(folder);
}

}  // namespace jailctl::lifecycle

#include "record.hpp"

#include <algorithm>
#include <cctype>
#include <sys/stat.h>

#include "cgroup.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/recovery.hpp"
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
    if (document["capabilities"].str() == "system") record.confinement = Confinement::system;
    record.network_provider = document["network"]["provider"].str();
    record.network = document["network"]["record"];
    if (document["addresses"].is_array()) {
        record.addresses.emplace();
        for (const Value& address : document["addresses"].items()) record.addresses->push_back(address.str());
    }
    record.copy = document["copy"].truth();
    record.stopping = document["stopping"].truth();
    return record;
}

const std::string& this_boot() {
    static const std::string id = boot_id();  // cannot change while we run
    return id;
}

/// What is read, before it is held against what runs.
void require_sound(const Value& document, const Record& record, const std::string& key) {
    if (const auto found = document["format"].num(); found != format)
        throw Error(Errc::damaged, found > format ? "its record was written by a newer version of jailctl"
                                                  : "its record has no known format");
    std::string name = record.name;
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (name != key) throw Error(Errc::damaged, "its record is damaged: it names another jail");
}

/// A start makes the control group before the record, and says so in the journal before that.
bool is_being_started(const Configuration& configuration, const std::string& key) {
    return is_being_changed(configuration, JailName(key), JournalPlace::running);
}

/// A host without cgroup2 runs no jail.
bool has_members(Cgroup& cgroup) {
    try {
        return cgroup.populated();
    } catch (const Error& error) {
        if (error.code() == Errc::unsupported) return false;
        throw;
    }
}

constexpr std::chrono::milliseconds settling{100};  // the last process of a jail that ended just now may be counted yet

/// Why processes of a jail run without a record: it was lost, or whoever started them did not come to write it.
std::string unrecorded(const Configuration& configuration, const std::string& key) {
    const auto left = interrupted_commands(configuration);
    if (const auto at = left.find(key); at != left.end())
        return at->second + ", and processes of the jail run without a record";
    return "its processes run, but its record in " + configuration.path("RUN_DIR").string() + " is gone";
}

}  // namespace

Records::Records(const Configuration& configuration)
    : configuration_(configuration),
      directory_(StateDirectory::running(configuration)),
      folder_(directory_.folder(folder)) {}

std::vector<std::string> Records::keys() const { return directory_.list(folder); }

std::optional<Record> Records::unjudged(const std::string& key) const {
    try {
        const auto document = folder_.read(key);
        return document ? std::optional(parse(*document)) : std::nullopt;
    } catch (const Error& error) {
        if (error.code() == Errc::interrupted) throw;
        return std::nullopt;  // what is wrong with it look_up() says
    }
}

RecordState look_up_record(const Configuration& configuration, const std::string& key) {
    return Records(configuration).look_up(key);
}

RecordState Records::read(const std::string& key) const {
    RecordState state;
    try {
        const auto document = folder_.read(key);
        if (!document) return state;
        state.record = parse(*document);
        require_sound(*document, state.record, key);
        const bool lives_here = (*document)["boot_id"].str() == this_boot() && lives(state.record.init);
        state.kind = lives_here ? RecordState::Kind::alive : RecordState::Kind::dead;
        if (lives_here && !is_member(state.record.init.pid, state.record.cgroup))
            throw Error(Errc::damaged, "its record is damaged: process " + std::to_string(state.record.init.pid) +
                                           ", which it names as init, is not in the control group it names");
    } catch (const Error& error) {
        if (error.code() == Errc::interrupted) throw;
        state.kind = RecordState::Kind::unclear;
        state.problem = error.what();
    }
    return state;
}

RecordState Records::look_up(const std::string& key) const {
    using Kind = RecordState::Kind;
    RecordState state = read(key);
    if (state.kind == Kind::alive || state.kind == Kind::unclear) return state;
    Cgroup cgroup(Cgroup::name_for(configuration_, key));
    if (!has_members(cgroup) || is_being_started(configuration_, key) || cgroup.wait_until_empty(settling))
        return state;
    state = Records(configuration_).read(key);  // somebody may have started it between our two looks
    if (state.kind == Kind::alive || state.kind == Kind::unclear) return state;
    state.problem = state.kind == Kind::none
                        ? unrecorded(configuration_, key)
                        : "its processes run, but its record is damaged: the init it names is no process of today";
    state.kind = Kind::unclear;
    return state;
}

bool runs_from(const Record& record, const std::filesystem::path& root) {
    if (record.configured_root == root) return true;
    struct stat inside {}, outside {};
    return ::stat(("/proc/" + std::to_string(record.init.pid) + "/root").c_str(), &inside) == 0 &&
           ::lstat(root.c_str(), &outside) == 0 && inside.st_dev == outside.st_dev && inside.st_ino == outside.st_ino;
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
        .set("capabilities", record.confinement == Confinement::system ? "system" : "default")
        .set("network", Value::object().set("provider", record.network_provider).set("record", record.network))
        .set("copy", record.copy)
        .set("stopping", record.stopping);
    if (record.addresses) document.set("addresses", Value::array_of(*record.addresses));
    StateDirectory::running(configuration).write(folder, key, document);
}

void remove_record(const Configuration& configuration, const std::string& key) {
    StateDirectory::running(configuration).remove(folder, key);
}


}  // namespace jailctl::lifecycle

#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/value.hpp"
#include "process_id.hpp"

namespace jailctl::lifecycle {

/// What RUN_DIR/jails/<key>.json says about a running jail. Written when its init runs, removed when it is stopped.
struct Record {
    std::string name, configuration;
    std::string root;             ///< what it runs from
    std::string configured_root;  ///< where JAILS has it; differs while upgrade tries a copy
    std::uint64_t root_device = 0, root_inode = 0;
    ProcessId init;
    std::int64_t started = 0;
    std::string cgroup;           ///< name below <cgroup2>/jailctl
    std::string cgroup_path;      ///< absolute; empty where cgroup2 is not mounted
    std::string network_provider;
    Value network;
};

/// How a recorded jail stands.
struct RecordState {
    enum class Kind {
        none,        ///< there is no record
        alive,       ///< its init runs
        dead,        ///< its init is gone (power-off from inside, crash, another boot): leftovers may be there
        unreadable,  ///< damaged, or of a newer format: reported, never guessed; `problem` says why
    };
    Kind kind = Kind::none;
    Record record;
    std::string problem;
};

[[nodiscard]] RecordState look_up_record(const Configuration& configuration, const std::string& key);
void write_record(const Configuration& configuration, const std::string& key, const Record& record);
void remove_record(const Configuration& configuration, const std::string& key);
/// Keys of all jails with a record.
[[nodiscard]] std::vector<std::string> recorded_jails(const Configuration& configuration);

}  // namespace jailctl::lifecycle

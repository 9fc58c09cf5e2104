#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "confinement.hpp"
#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/state.hpp"
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
    Confinement confinement = Confinement::standard;
    std::string network_provider;
    Value network;
    std::optional<std::vector<std::string>> addresses;  ///< as JAILS had them; nothing in records of older versions
    bool copy = false;            ///< not the jail itself runs, but a staged root (StartRequest::root)
    bool stopping = false;        ///< a stop began: if it is gone and so is the jail, that has not ended by itself
};

/// How a recorded jail stands.
struct RecordState {
    enum class Kind {
        none,        ///< there is no record, and nothing in the jail's control group
        alive,       ///< its init runs
        dead,        ///< its init is gone (power-off from inside, crash, another boot): leftovers may be there
        /// Damaged, of a newer format, or at odds with what runs: reported, never guessed; `problem` says why.
        unclear,
    };
    Kind kind = Kind::none;
    Record record;
    std::string problem;
};

/// The records of a configuration's jails. Opened once for whoever looks at many.
class Records {
public:
    explicit Records(const Configuration& configuration);
    /// Keys of all jails with a record, sorted.
    [[nodiscard]] std::vector<std::string> keys() const;
    /// What the record says, held against nothing: who asks a question of all jails looks closer at few of them only.
    [[nodiscard]] std::optional<Record> unjudged(const std::string& key) const;
    /// Reads the record and holds it against what runs: a jail counts as down only when its control group is empty too.
    [[nodiscard]] RecordState look_up(const std::string& key) const;

private:
    [[nodiscard]] RecordState read(const std::string& key) const;
    const Configuration& configuration_;
    StateDirectory directory_;
    StateDirectory::Folder folder_;
};

/// That of one jail, as Records::look_up.
[[nodiscard]] RecordState look_up_record(const Configuration& configuration, const std::string& key);
void write_record(const Configuration& configuration, const std::string& key, const Record& record);
void remove_record(const Configuration& configuration, const std::string& key);
/// Whether the directory a jail runs from is `root`: by its name in the record or, should that
/// be another one, by itself.
[[nodiscard]] bool runs_from(const Record& record, const std::filesystem::path& root);

}  // namespace jailctl::lifecycle

#pragma once

#include <string>
#include <vector>

#include "jailctl/sdk/lock.hpp"
#include "jailctl/sdk/state.hpp"
#include "uplink.hpp"

/// The document that says who uses which uplink and what its settings were before. Settings of the kernel are the
/// host's, whatever the RUN_DIR of a configuration: so there is one for all of them, `network.json` in /run/jailctl.
namespace jailctl::lifecycle {

/// A kernel setting of the uplink, and what it was before the first jail.
struct KeptSetting {
    std::string name, before;
    bool host_routed = false;  ///< the whole host was a router of that family before
};

/// A jail of one of the host's configurations.
struct UplinkUser {
    std::string run_dir, jail;  ///< the jail by its key
    friend bool operator==(const UplinkUser&, const UplinkUser&) = default;
};

struct UplinkNote {
    UplinkName name;
    std::vector<KeptSetting> settings;
    std::vector<UplinkUser> users;
};

/// All of this boot. Takes no lock.
[[nodiscard]] std::vector<UplinkNote> read_uplink_notes();
[[nodiscard]] UplinkUser user_of(const Configuration& configuration, const JailName& jail);
[[nodiscard]] bool is_same(const UplinkName& a, const UplinkName& b) noexcept;

/// The notes under their lock.
class UplinkNotes {
public:
    UplinkNotes();
    [[nodiscard]] UplinkNote* find(const UplinkName& name);
    UplinkNote& add(UplinkNote note) { return notes_.emplace_back(std::move(note)); }
    void remove(const UplinkName& name);
    /// Forgets users of other configurations that are gone without a trace. @return the notes
    /// nobody is left of, taken out
    [[nodiscard]] std::vector<UplinkNote> take_unused(const Configuration& configuration);
    void write() const;

private:
    StateDirectory state_;
    Lock lock_;
    std::vector<UplinkNote> notes_;
};

}  // namespace jailctl::lifecycle

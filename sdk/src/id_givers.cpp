#include "id_givers.hpp"

#include <optional>
#include <set>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/state.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {

namespace {

constexpr const char* folder = "givers";

std::string name_of(const std::filesystem::path& state_dir) { return std::to_string(short_hash(state_dir.native())); }

using Identity = std::pair<dev_t, ino_t>;

/// Whatever path leads to it; nothing of one that is not there.
std::optional<Identity> identity_of(const std::filesystem::path& directory) {
    struct stat facts {};
    if (::stat(directory.c_str(), &facts) != 0) return std::nullopt;
    return Identity{facts.st_dev, facts.st_ino};
}

/// Of a note that does not say it, ids in use would be given a second time.
std::filesystem::path state_dir_in(const Value& note, const std::filesystem::path& file) {
    std::filesystem::path state_dir = note["state_dir"].str();
    if (state_dir.is_absolute()) return state_dir;
    throw Error(Errc::damaged, escape_name(file.string()) + " is damaged: it names no STATE_DIR")
        .with_hint("move it away; the next start of a jail of that configuration notes its STATE_DIR again");
}

}  // namespace

std::filesystem::path state_dir_of(const Configuration& configuration) {
    const auto path = configuration.path("STATE_DIR").lexically_normal();
    return path.has_filename() ? path : path.parent_path();
}

bool is_known_giver(const Configuration& configuration) {
    const auto file = StateDirectory::lasting_of_host().path() / folder /
                      (name_of(state_dir_of(configuration)) + ".json");
    return ::access(file.c_str(), F_OK) == 0;
}

void note_giver(const Configuration& configuration) {
    if (is_known_giver(configuration)) return;
    const auto state_dir = state_dir_of(configuration);
    StateDirectory::lasting_of_host().write(folder, name_of(state_dir),
                                            Value::object().set("format", 1).set("state_dir", state_dir.string()));
}

void forget_giver(const std::filesystem::path& state_dir) {
    try {
        StateDirectory::lasting_of_host().remove(folder, name_of(state_dir));
    } catch (const Error&) {
        // it names one that has given nothing: the next allotment looks there for nothing, and forgets it
    }
}

std::vector<std::filesystem::path> other_givers(const Configuration& configuration) {
    std::vector<std::filesystem::path> others;
    std::set<Identity> known;  // by another path the same directory is no other
    if (const auto own = identity_of(configuration.path("STATE_DIR"))) known.insert(*own);
    const auto host = StateDirectory::lasting_of_host();
    for (const auto& name : host.list(folder)) {
        if (name == name_of(state_dir_of(configuration))) continue;
        const auto note = host.read(folder, name);
        if (!note) continue;
        auto state_dir = state_dir_in(*note, host.path() / folder / (name + ".json"));
        const auto identity = identity_of(state_dir);
        if (!identity || known.insert(*identity).second) others.push_back(std::move(state_dir));
    }
    return others;
}

}  // namespace jailctl

#include "id_givers.hpp"

#include <unistd.h>

#include "jailctl/sdk/state.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {

namespace {

constexpr const char* folder = "givers";

std::filesystem::path state_of(const Configuration& configuration) {
    return configuration.path("STATE_DIR").lexically_normal();
}

std::string name_of(const std::filesystem::path& state_dir) { return std::to_string(short_hash(state_dir.native())); }

}  // namespace

bool is_known_giver(const Configuration& configuration) {
    const auto file = StateDirectory::lasting_of_host().path() / folder / (name_of(state_of(configuration)) + ".json");
    return ::access(file.c_str(), F_OK) == 0;
}

void note_giver(const Configuration& configuration) {
    if (is_known_giver(configuration)) return;
    const auto state_dir = state_of(configuration);
    StateDirectory::lasting_of_host().write(folder, name_of(state_dir),
                                            Value::object().set("format", 1).set("state_dir", state_dir.string()));
}

void forget_giver(const std::filesystem::path& state_dir) {
    StateDirectory::lasting_of_host().remove(folder, name_of(state_dir));
}

std::vector<std::filesystem::path> other_givers(const Configuration& configuration) {
    std::vector<std::filesystem::path> others;
    const auto host = StateDirectory::lasting_of_host();
    for (const auto& name : host.list(folder)) {
        if (name == name_of(state_of(configuration))) continue;
        if (const auto note = host.read(folder, name)) others.emplace_back((*note)["state_dir"].str());
    }
    return others;
}

}  // namespace jailctl

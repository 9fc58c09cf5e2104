#include "place.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::lifecycle {
namespace {

const Jail& require_jail(const Configuration& configuration, const std::string& name, const std::string& word) {
    const Jail* jail = nullptr;
    try {
        jail = configuration.find(JailName(name));
    } catch (const Error&) {  // not even a hostname: as unknown as any other
    }
    if (jail != nullptr) return *jail;
    std::vector<std::string> names;
    for (const auto& one : configuration.jails) names.push_back(one.name.text());
    const auto near = nearest(name, names);
    throw Error(Errc::not_found, "no jail '" + escape_name(name) + "' in " + configuration.file.string())
        .with_hint(!near.empty() ? "did you mean '" + near + "'?"
                                 : "a file of the host with ':' in its name is written ./" + shell_word(word));
}

/// A start makes these anew, in memory: what is on the disk below them nobody in the jail sees.
void require_on_disk(const std::string& path, const CopyPlace& place, bool target) {
    constexpr std::array<std::string_view, 4> covered{"proc", "sys", "dev", "run"};
    const std::string top = path.substr(0, path.find('/'));
    if (std::find(covered.begin(), covered.end(), top) == covered.end()) return;
    throw Error(Errc::invalid, "/" + top + " of a jail is made by its start and is not on its disk")
        .with_hint("go through the jail: jailctl exec " + place.jail->name.text() +
                   (target ? " -- tee /" + shell_word(path) + " <FILE" : " -- cat /" + shell_word(path)));
}

}  // namespace

void require_lasting_name(const std::string& target) {
    const std::string name = std::filesystem::path(target).filename().string();
    if (name.starts_with(".jailctl-"))
        throw Error(Errc::invalid,
                    escape_name(name) + " is no name for a copy: jailctl removes what stands under such names")
            .with_hint("name the copy: one that does not begin with .jailctl-");
}

CopyPlace parse_place(const Configuration& configuration, const std::string& word, bool target) {
    if (word.empty()) throw Error(Errc::usage, target ? "'' is no place to copy to" : "'' is nothing to copy");
    CopyPlace place;
    place.standard = word == "-";
    if (place.standard) {
        place.shown = target ? "standard output" : "standard input";
        return place;
    }
    place.shown = escape_name(word);
    place.into = word.ends_with('/') || word.ends_with(':');
    const auto colon = word.find(':');
    if (colon == std::string::npos || word.find('/') < colon) {
        place.path = word;
        return place;
    }
    place.jail = &require_jail(configuration, word.substr(0, colon), word);
    std::filesystem::path clean;
    for (const auto& part : std::filesystem::path(word.substr(colon + 1)).relative_path()) {
        if (part == "..") throw Error(Errc::usage, place.shown + ": '..' in a path of a jail");
        if (!part.empty() && part != ".") clean /= part;
    }
    place.path = clean.string();
    require_on_disk(place.path, place, target);
    return place;
}

}  // namespace jailctl::lifecycle

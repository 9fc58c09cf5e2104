#include "whose.hpp"

#include <filesystem>

#include "archive_names.hpp"
#include "jailctl/sdk/error.hpp"

namespace jailctl::backup {
namespace {

std::optional<JailName> hostname(const std::string& text) {
    try {
        return JailName(text);
    } catch (const Error&) {
        return std::nullopt;  // a stranger's word
    }
}

}  // namespace

std::optional<JailName> jail_within(const Configuration& configuration, const std::string& id, const Value& unpacked) {
    if (auto told = hostname(unpacked["marker"]["description"]["jail"].str())) return told;
    const auto name = parse_archive_name(std::filesystem::path(id).filename().string());
    if (!name) return std::nullopt;
    auto by_file = hostname(name->jail);
    // "rootfs.tar.gz" is of no jail of that name.
    if (by_file && name->taken == 0 && configuration.find(*by_file) == nullptr) return std::nullopt;
    return by_file;
}

Jail identity_within(const Configuration& configuration, const std::optional<JailName>& within, const Jail& named) {
    if (!within || *within == named.name) return named;
    if (const Jail* listed = configuration.find(*within)) return *listed;
    return {*within, {}, named.root, named.settings, named.origin};
}

}  // namespace jailctl::backup

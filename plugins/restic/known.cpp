#include "known.hpp"

#include <algorithm>
#include <filesystem>

#include "jailctl/sdk/state.hpp"

namespace jailctl::restic {
namespace {

constexpr const char* document_name = "restic-repositories";
constexpr int newest_format = 1;

/// The path no link leads through; of what is far away its name.
std::string resolved(const std::string& location) {
    if (!location.starts_with('/')) return location;
    std::error_code failed;
    const auto path = std::filesystem::weakly_canonical(location, failed);
    return failed ? location : path.string();
}

bool is_in(const Value& document, const std::string& location) {
    const auto& known = document["repositories"].items();
    const std::string same = resolved(location);
    return std::ranges::any_of(known,
                               [&](const Value& one) { return one.str() == location || resolved(one.str()) == same; });
}

}  // namespace

bool is_known(const Configuration& configuration, const std::string& location) {
    const auto document = StateDirectory::lasting(configuration).read("", document_name);
    return document && is_in(*document, location);
}

void note_known(const Configuration& configuration, const std::string& location) {
    if (is_known(configuration, location)) return;
    StateDirectory::lasting(configuration).alter("", document_name, newest_format, [&](Value& document) {
        Value::Array known = document["repositories"].items();
        if (!is_in(document, location)) known.emplace_back(location);
        document.set("repositories", Value(std::move(known)));
    });
}

}  // namespace jailctl::restic

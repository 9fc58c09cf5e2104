#include "archive/member_name.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t longest_component = 255, longest_name = 4095;

[[noreturn]] void refuse(std::string_view name, const char* why) {
    throw Error(Errc::damaged,
                "the archive holds the name '" + escape_name(name.substr(0, longest_component)) + "', which " + why);
}

}  // namespace

std::vector<std::string> member_components(std::string_view name) {
    if (name.empty()) refuse(name, "is empty");
    std::vector<std::string> components;
    std::size_t length = 0;
    for (std::string_view rest = name; !rest.empty();) {
        const std::size_t slash = rest.find('/');
        const std::string_view component = rest.substr(0, slash);
        rest.remove_prefix(slash == std::string_view::npos ? rest.size() : slash + 1);
        if (component.empty() || component == ".") continue;
        if (component == "..") refuse(name, "leads out of the tree");
        length += component.size() + 1;
        if (component.size() > longest_component || length > longest_name + 1) refuse(name, "is too long");
        if (component.find('\0') != std::string_view::npos) refuse(name, "contains NUL");
        components.emplace_back(component);
    }
    return components;
}

std::vector<std::string> target_components(std::string_view target) {
    if (target.starts_with('/')) refuse(target, "is the absolute target of a hard link");
    auto components = member_components(target);
    if (components.empty()) refuse(target, "is no target of a hard link");
    return components;
}

std::string joined(const std::vector<std::string>& components) {
    std::string path;
    for (const std::string& component : components) {
        if (!path.empty()) path += '/';
        path += component;
    }
    return path;
}

}  // namespace jailctl::tree

#include "root_use.hpp"

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <sys/xattr.h>

#include "cgroup.hpp"
#include "cgroup_limits.hpp"
#include "jailctl/sdk/cgroup_tree.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr const char* attribute = "trusted.jailctl.root";

/// A line each: device, inode, jail; what is left is the path of the configuration, whatever is in it.
std::string text_of(const RootUse& use) {
    return std::to_string(use.device) + "\n" + std::to_string(use.inode) + "\n" + use.jail + "\n" + use.configuration;
}

std::string_view take_line(std::string_view& text) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    return line;
}

std::uint64_t number_of(std::string_view text) {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

RootUse use_from(std::string_view text, const std::string& group) {
    RootUse use;
    use.device = number_of(take_line(text));
    use.inode = number_of(take_line(text));
    use.jail = take_line(text);
    use.configuration = text;
    use.group = group;
    return use;
}

UniqueFd open_groups() {
    try {
        const UniqueFd root = open_unified();
        return UniqueFd{::openat(root.get(), jails_cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    } catch (const Error& error) {
        if (error.code() != Errc::unsupported) throw;
        return {};  // without cgroup2 no jail runs
    }
}

}  // namespace

void note_root(int group, const Configuration& configuration, const Jail& jail, const struct stat& root) {
    const std::string text = text_of({root.st_dev, root.st_ino, jail.name.text(), configuration.file.string(), {}});
    if (::fsetxattr(group, attribute, text.data(), text.size(), 0) != 0)
        throw_errno("cannot note on the jail's cgroup what root it has");
}

std::vector<RootUse> noted_roots() {
    std::vector<RootUse> uses;
    const UniqueFd above = open_groups();
    if (!above) return uses;
    for (const auto& group : groups_in(above.get())) {
        char text[8192];
        const UniqueFd one{::openat(above.get(), group.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
        const ssize_t size = one ? ::fgetxattr(one.get(), attribute, text, sizeof text) : 0;  // not: it is gone by now
        if (size > 0) uses.push_back(use_from({text, static_cast<std::size_t>(size)}, group));
    }
    return uses;
}

std::optional<RootUse> user_of_root(const std::vector<RootUse>& noted, const struct stat& root,
                                    const std::string& own) {
    const auto found = std::ranges::find_if(noted, [&](const RootUse& use) {
        return use.is_of(root.st_dev, root.st_ino) && use.group != own && Cgroup(use.group).populated();
    });
    return found == noted.end() ? std::nullopt : std::optional(*found);
}

std::string described(const RootUse& use) { return "jail " + use.jail + " of " + escape_name(use.configuration); }

std::string how_to_stop(const RootUse& use) {
    return "'jailctl --config " + shell_word(use.configuration) + " stop " + use.jail + "'";
}

}  // namespace jailctl::lifecycle

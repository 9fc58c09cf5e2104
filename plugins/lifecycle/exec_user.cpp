#include "exec_user.hpp"

#include <optional>
#include <string>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr std::size_t most_groups = 65536;  // NGROUPS_MAX of Linux; others have fewer, and refuse

std::optional<Account> find_anyhow(const std::string& passwd, std::string_view user) {
    auto found = find_account_named(passwd, user);
    return found ? found : find_account(passwd, user);
}

std::uint32_t require_group(const std::string& group, std::string_view word) {
    if (const auto named = find_group(group, word)) return *named;
    if (const auto number = parse_id(word)) return *number;
    throw Error(Errc::not_found, "there is no group '" + escape_name(word) + "' in the jail's /etc/group");
}

Account account_for(const std::string& passwd, std::string_view user, bool has_group) {
    if (const auto account = find_anyhow(passwd, user)) return *account;
    const auto number = parse_id(user);
    if (number && has_group) return {"", "/", "/bin/sh", *number, 0};
    Error error(Errc::not_found, "there is no user '" + escape_name(user) + "' in the jail's /etc/passwd");
    if (number) error.with_hint("give a group as well: -u " + std::string(user) + ":" + std::string(user));
    throw error;
}

}  // namespace

JailUser find_user(const Rootfs& root, std::string_view word) {
    const auto colon = word.find(':');
    const bool has_group = colon != std::string_view::npos;
    if (colon == 0 || word.empty() || word.ends_with(':'))
        throw Error(Errc::usage, "'" + escape_name(word) + "' names no user")
            .with_hint("-u USER[:GROUP], names or numbers");
    const std::string group = root.read("etc/group").value_or("");
    JailUser user;
    user.account = account_for(root.read("etc/passwd").value_or(""), word.substr(0, colon), has_group);
    user.ids.uid = user.account.uid;
    user.ids.gid = has_group ? require_group(group, word.substr(colon + 1)) : user.account.gid;
    if (has_group) {
        user.ids.groups = {user.ids.gid};
        return user;
    }
    user.ids.groups = groups_of(group, user.account.name);
    user.ids.groups.insert(user.ids.groups.begin(), user.ids.gid);
    // What a hostile group file lists beyond is left out; the kernel would refuse the whole.
    if (user.ids.groups.size() > most_groups) user.ids.groups.resize(most_groups);
    return user;
}

}  // namespace jailctl::lifecycle

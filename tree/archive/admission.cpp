#include "archive/admission.hpp"

#include <sys/stat.h>

#include "acl.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {

constexpr std::uint64_t named_at_most = 1000;

}  // namespace

Admission::Admission(Job& job, const UnpackRules& rules) : job_(job), rules_(rules) {}

void Admission::check_ids(const std::string& path, const Member& member) const {
    const auto fits = [&](std::int64_t id) { return id >= 0 && static_cast<std::uint64_t>(id) <= rules_.largest_id; };
    bool fine = fits(member.uid) && fits(member.gid);
    for (const Xattr& attribute : member.xattrs)
        if (is_acl(attribute.name)) fine = fine && largest_id(attribute) && *largest_id(attribute) <= rules_.largest_id;
    if (!fine && rules_.ask) throw InDoubt();
    if (!fine)
        throw Error(Errc::damaged, "the archive gives '" + escape_name(path) + "' to a user or group outside 0 to " +
                                       std::to_string(rules_.largest_id));
}

void Admission::leave_out(const std::string& path, const std::string& why) {
    if (++left_out_total_ > named_at_most) return;
    left_out_.push(Value::object().set("path", encode_path(path)).set("why", why));
    job_.note(path, "left out: " + why);
}

bool Admission::odd(const std::string& path, const std::string& what) {
    if (rules_.ask) throw InDoubt();
    if (!rules_.everything)
        leave_out(path, what);
    else if (rules_.named)
        job_.note(path, "restored on trust: " + what);
    return !rules_.everything;
}

bool Admission::allow(const std::string& path, Member& member) {
    if (member.kind == Kind::unknown || member.kind == Kind::socket) {
        leave_out(path, "of a kind that cannot be restored");
        return false;
    }
    if (is_device(member.kind)) {
        if (odd(path, "a device")) return false;
        if (job_.in_userns()) {
            leave_out(path, "a device, which the root of a jail cannot make");
            return false;
        }
    }
    std::erase_if(member.xattrs, [&](const Xattr& one) {
        const bool grants = rules_.on_host && one.name == "security.capability";
        return (grants || !is_harmless(one.name)) && odd(path, "its attribute " + escape_name(one.name));
    });
    constexpr mode_t set_ids = S_ISUID | S_ISGID;
    if (rules_.on_host && member.kind == Kind::regular && (member.mode & set_ids) != 0 && odd(path, "its set-id bits"))
        member.mode &= ~set_ids;
    if (member.flags != 0 && odd(path, "its file flags")) member.flags = 0;
    return true;
}

}  // namespace jailctl::tree

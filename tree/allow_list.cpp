#include "allow_list.hpp"

#include <unistd.h>

#include "attributes.hpp"
#include "protocol.hpp"
#include "walk.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/ids.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t most_named = 1000;
constexpr unsigned top_id = ids_per_jail - 1;  // of a jail's map

class AllowList final : public Visitor {
public:
    Visit visit(const Entry& entry) override {
        const Facts& facts = entry.facts;
        if (facts.uid > top_id || facts.gid > top_id)
            throw Error(Errc::invalid, encode_path(entry.path) + " belongs to an id outside of the jail's");
        if (facts.kind == Kind::character || facts.kind == Kind::block || facts.kind == Kind::unknown) {
            if (::unlinkat(entry.parent, entry.name, 0) != 0) throw_errno("cannot remove a device");
            left_out(entry, "a device is not restored from a backup this host did not make");
            return Visit::skip;
        }
        if (facts.kind == Kind::regular || facts.kind == Kind::directory) strip(entry);
        return Visit::enter;
    }
    void problem(std::string_view path, const std::string& what) override {
        throw Error(Errc::io, encode_path(path) + ": " + what);
    }
    [[nodiscard]] Value result() && {
        return Value::object().set("skipped", std::move(skipped_)).set("skipped_total", total_);
    }

private:
    void strip(const Entry& entry) {
        std::string why;
        UniqueFd opened;
        if (entry.directory < 0) opened = open_same(entry, why);
        const int fd = entry.directory >= 0 ? entry.directory : opened.get();
        if (fd < 0) throw Error(Errc::io, encode_path(entry.path) + ": " + why);
        for (const Xattr& one : xattrs_of(fd)) {
            if (is_harmless(one.name)) continue;
            remove_xattr(fd, one.name);
            left_out(entry, "attribute " + encode_path(one.name));
        }
    }
    void left_out(const Entry& entry, const std::string& why) {
        ++total_;
        if (skipped_.items().size() < most_named)
            skipped_.push(Value::object().set("path", encode_path(entry.path)).set("why", why));
    }
    Value skipped_ = Value::array();
    std::uint64_t total_ = 0;
};

}  // namespace

Value apply_allow_list(int root) {
    AllowList list;
    walk(root, list);
    return std::move(list).result();
}

}  // namespace jailctl::tree

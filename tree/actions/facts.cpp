#include "../actions.hpp"

#include <algorithm>
#include <map>

#include "../attributes.hpp"
#include "../extents.hpp"
#include "../walk.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree::actions {

namespace {

constexpr std::uint64_t most_left_out = 100;  // by name

Value attributes(const std::vector<Xattr>& found) {
    Value list = Value::array();
    for (const Xattr& one : found) list.push(Value::array().push(encode_path(one.name)).push(hex(one.value)));
    return list;
}

/// One JSON line for each entry of which restic 0.14 would lose something, measured by a round trip (see the test), or
/// which it does not list whole: targets of links, numbers of devices, names that are no UTF-8.
class Facts final : public Visitor {
public:
    /// @param most_holes  bytes of them in all
    Facts(Job& job, Excludes excludes, int out, std::uint64_t most_holes)
        : job_(job), excludes_(std::move(excludes)), out_(out), holes_left_(most_holes) {}
    Visit visit(const Entry& entry) override {
        if (!entry.path.empty() && excludes_.match(entry.path)) return Visit::skip;
        if (entry.path.empty()) mount_ = entry.facts.identity.mount;
        if (entry.facts.identity.mount != mount_) return Visit::skip;
        entries_ += entry.path.empty() ? 0 : 1;
        Value line = Value::object();
        try {
            describe(entry, line);
        } catch (const Error& error) {
            job_.note(entry.path, error.what());  // it changes under us, and restic will say what it saw
        }
        const bool odd = encode_path(entry.path) != entry.path;  // restic's JSON would lose its name
        if (odd || !line.members().empty()) write(line.set("path", encode_path(entry.path)));
        return Visit::enter;
    }
    void problem(std::string_view path, const std::string& what) override { job_.note(path, what); }
    [[nodiscard]] Value take() {
        write_all(out_, buffer_, "the manifest");
        return Value::object()
            .set("entries", entries_)
            .set("files", files_)
            .set("bytes", bytes_)
            .set("sockets", sockets_)
            .set("holes", holes_)
            .set("longest", longest_)
            .set("too_long", too_long_)
            .set("too_long_total", too_long_total_);
    }

private:
    void describe(const Entry& entry, Value& line) {
        switch (entry.facts.kind) {
        case Kind::directory: return flags(entry.directory, line);
        case Kind::regular: return file(entry, line);
        case Kind::socket:
            ++sockets_;
            line.set("socket", static_cast<std::int64_t>(entry.facts.mode))
                .set("uid", entry.facts.uid)
                .set("gid", entry.facts.gid)
                .set("modified", entry.facts.modified.seconds)
                .set("nanoseconds", entry.facts.modified.nanoseconds);
            return;
        default: special(entry, line);
        }
    }

    void flags(int fd, Value& line) {
        if (const std::uint32_t set = flags_of(fd); set != 0) line.set("flags", set);
    }

    void file(const Entry& entry, Value& line) {
        std::string why;
        const UniqueFd open = open_same(entry, why);
        if (!open) return;  // restic names it
        const std::uint64_t size = entry.facts.size;
        const DataMap map = entry.facts.allocated < size ? data_map(open.get(), size) : DataMap();
        const std::uint64_t holes = entry.facts.allocated < size ? size - map.data() : 0;
        if (holes > holes_left_) return leave_out(entry, holes);
        holes_left_ -= holes;
        holes_ += holes;
        ++files_;
        bytes_ += size;
        longest_ = std::max(longest_, size);
        flags(open.get(), line);
        if (holes == 0) return;
        Value list = Value::array();
        for (const Extent& extent : map.extents()) list.push(Value::array().push(extent.offset).push(extent.length));
        line.set("size", size).set("data", std::move(list));
    }

    /// restic counts out every zero of a hole, when it reads and when it writes.
    void leave_out(const Entry& entry, std::uint64_t holes) {
        if (++too_long_total_ <= most_left_out)
            too_long_.push(Value::object().set("path", encode_path(entry.path)).set("holes", holes));
    }

    void special(const Entry& entry, Value& line) {
        if (const auto found = xattrs_at(entry.parent, entry.name); !found.empty())
            line.set("xattrs", attributes(found));
        if (entry.facts.kind == Kind::symlink)
            line.set("target", encode_path(read_link(entry.parent, entry.name).value_or("")));
        if (entry.facts.kind == Kind::character || entry.facts.kind == Kind::block)
            line.set("major", entry.facts.device_major).set("minor", entry.facts.device_minor);
        if (entry.facts.links < 2) return;
        const auto [first, made] = first_names_.try_emplace(entry.facts.identity.inode, std::string(entry.path));
        if (!made) line.set("link", encode_path(first->second));
    }

    void write(const Value& line) {
        buffer_ += to_json(line) + "\n";
        if (buffer_.size() < 65536) return;
        write_all(out_, buffer_, "the manifest");
        buffer_.clear();
    }

    Job& job_;
    Excludes excludes_;
    int out_;
    std::string buffer_;
    std::map<std::uint64_t, std::string> first_names_;  // of links and nodes with several names: there are few
    Value too_long_ = Value::array();
    std::uint64_t entries_ = 0, files_ = 0, bytes_ = 0, sockets_ = 0, mount_ = 0;
    std::uint64_t holes_left_, holes_ = 0, longest_ = 0, too_long_total_ = 0;
};

}  // namespace

Value facts(Job& job) {
    const Value& most = job.arguments()["max_holes"];
    Facts visitor(job, job.excludes(), job.descriptor("out"),
                  most.is_int() ? static_cast<std::uint64_t>(most.num()) : ~std::uint64_t{0});
    walk(job.root(), visitor);
    return visitor.take();
}

}  // namespace jailctl::tree::actions

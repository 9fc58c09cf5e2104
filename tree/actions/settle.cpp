#include "../actions.hpp"

#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "../attributes.hpp"
#include "../directory_stack.hpp"
#include "../extents.hpp"
#include "../punch_hole.hpp"
#include "../walk.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/state.hpp"

namespace jailctl::tree::actions {

namespace {

constexpr std::size_t longest_line = std::size_t{8} << 20;
constexpr std::size_t most_named = 1000;
constexpr unsigned top_id = ids_per_jail - 1;  // of a jail's map

/// Calls `take` with each line of a file, from its beginning.
void each_line(int file, const std::function<void(const Value&)>& take) {
    std::string rest, chunk(65536, '\0');
    off_t at = 0;
    for (;;) {
        const ssize_t got = ::pread(file, chunk.data(), chunk.size(), at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw_errno("cannot read the manifest");
        if (got == 0) break;
        at += got;
        rest.append(chunk, 0, static_cast<std::size_t>(got));
        std::size_t begin = 0;
        for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n', begin)) {
            take(parse_json(std::string_view(rest).substr(begin, end - begin)));
            begin = end + 1;
        }
        rest.erase(0, begin);
        if (rest.size() > longest_line) throw Error(Errc::damaged, "the manifest has a line without end");
    }
    if (!rest.empty()) throw Error(Errc::damaged, "the manifest ends in the middle of a line");
}

std::string unhex(const std::string& text) {
    const bool digits = text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
    if (!digits || text.size() % 2 != 0) throw Error(Errc::damaged, "the manifest has an attribute that is no bytes");
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); i += 2) bytes += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
    return bytes;
}

/// Stretches of data in a file of `size` bytes. @throws Error damaged: out of order, or outside of it
std::vector<Extent> stretches(const Value& list, std::uint64_t size) {
    std::vector<Extent> found;
    std::uint64_t at = 0;
    for (const Value& one : list.items()) {
        const auto& pair = one.items();
        const auto number = [&](std::size_t i) { return static_cast<std::uint64_t>(pair[i].num(-1)); };
        if (pair.size() != 2 || number(0) < at || number(0) > size || number(1) > size - number(0))
            throw Error(Errc::damaged, "the manifest has a bad stretch of data");
        at = number(0) + number(1);
        found.push_back({number(0), number(1)});
    }
    return found;
}

/// Where an entry of the manifest stands: its directory, opened without following a link, and its name there.
struct Spot {
    UniqueFd parent;
    std::string name;
};

Spot spot_of(int root, const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string above = slash == std::string::npos ? std::string() : path.substr(0, slash);
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    if (path.empty()) return {UniqueFd(open_directory(root, ".")), "."};
    if (name.empty() || name == "." || name == "..") throw Error(Errc::damaged, "the manifest names no entry");
    return {open_below(root, above), name};
}

std::string link_text(const Spot& spot) {
    std::string text(PATH_MAX, '\0');
    const ssize_t length = ::readlinkat(spot.parent.get(), spot.name.c_str(), text.data(), text.size());
    if (length < 0) throw_errno("cannot read the link");
    text.resize(static_cast<std::size_t>(length));
    return text;
}

class Settler {
public:
    explicit Settler(Job& job) : job_(job) {
        for (const Value& path : job.arguments()["wanted"].items()) wanted_.push_back(decode_path(path.str()));
    }

    /// A socket asked for by name: restic makes none, and no directory for it alone.
    bool is_wanted_socket(const Value& line) const {
        return line["socket"].is_int() && std::find(wanted_.begin(), wanted_.end(), decode_path(line["path"].str())) != wanted_.end();
    }
    void make_room_for(const Value& line) {
        const std::string path = decode_path(line["path"].str());
        for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
            const Spot above = spot_of(job_.root(), path.substr(0, slash));
            if (!above.parent || (::mkdirat(above.parent.get(), above.name.c_str(), 0700) != 0 && errno != EEXIST))
                return job_.note(path, "no directory can be made for it");
        }
    }

    void apply(const Value& line) {
        attempt(line, [&](const Spot& spot, const Facts& facts) {
            if (line["link"].is_string()) return link(spot, facts, decode_path(line["link"].str()));
            if (line["target"].is_string()) retarget(spot, facts, decode_path(line["target"].str()));
            for (const Value& one : line["xattrs"].items()) {
                const auto& pair = one.items();
                if (pair.size() == 2) set_xattr_at(spot.parent.get(), spot.name.c_str(), {decode_path(pair[0].str()), unhex(pair[1].str())});
            }
            if (line["data"].is_array() && facts.kind == Kind::regular) punch(spot, facts, line);
        });
    }
    /// Last of all: what is immutable takes no further change.
    void apply_flags(const Value& line) {
        if (!line["flags"].is_int()) return;
        attempt(line, [&](const Spot& spot, const Facts& facts) {
            const UniqueFd open = facts.kind == Kind::directory ? open_directory(spot.parent.get(), spot.name.c_str())
                                                                : open_file(spot.parent.get(), spot.name.c_str());
            if (open) set_flags(open.get(), static_cast<std::uint32_t>(line["flags"].num()));
        });
    }
    [[nodiscard]] std::uint64_t applied() const noexcept { return applied_; }

private:
    void attempt(const Value& line, const std::function<void(const Spot&, const Facts&)>& act) {
        const std::string path = decode_path(line["path"].str());
        try {
            const Spot spot = spot_of(job_.root(), path);
            const auto facts = spot.parent ? facts_at(spot.parent.get(), spot.name.c_str()) : std::nullopt;
            if (line["socket"].is_int()) {
                if (spot.parent && !facts) socket(spot, line);
                return;
            }
            if (!facts) return job_.note(path, "is in the manifest but not in the snapshot");
            act(spot, *facts);
            ++applied_;
        } catch (const Error& error) {
            job_.note(path, error.what());
        }
    }

    /// Changes names in a directory and gives it back its time.
    void rename_in(const Spot& spot, const std::function<void()>& change) {
        const Facts before = facts_of(spot.parent.get());
        change();
        set_times_at(spot.parent.get(), "", before.accessed, before.modified);
    }

    /// With nobody behind it, as out of an archive. restic records sockets and makes none.
    void socket(const Spot& spot, const Value& line) {
        const char* name = spot.name.c_str();
        const auto mode = static_cast<mode_t>(line["socket"].num()) & 07777U;
        rename_in(spot, [&] {
            if (::mknodat(spot.parent.get(), name, S_IFSOCK | mode, 0) != 0) throw_errno("cannot make the socket");
        });
        set_owner_at(spot.parent.get(), name, static_cast<uid_t>(line["uid"].num()), static_cast<gid_t>(line["gid"].num()));
        if (::fchmodat(spot.parent.get(), name, mode, 0) != 0) throw_errno("cannot set the mode of the socket");
        const Timestamp time{line["modified"].num(), static_cast<std::uint32_t>(line["nanoseconds"].num()) % 1'000'000'000U};
        set_times_at(spot.parent.get(), name, time, time);
        ++applied_;
    }

    void link(const Spot& spot, const Facts& facts, const std::string& first) {
        const Spot other = spot_of(job_.root(), first);
        const auto known = other.parent ? facts_at(other.parent.get(), other.name.c_str()) : std::nullopt;
        if (!known || known->kind != facts.kind || facts.kind == Kind::directory || known->same_object(facts)) return;
        rename_in(spot, [&] {
            if (::unlinkat(spot.parent.get(), spot.name.c_str(), 0) != 0 ||
                ::linkat(other.parent.get(), other.name.c_str(), spot.parent.get(), spot.name.c_str(), 0) != 0)
                throw_errno("cannot make the hard link");
        });
    }

    void retarget(const Spot& spot, const Facts& facts, const std::string& target) {
        if (facts.kind != Kind::symlink || link_text(spot) == target) return;
        rename_in(spot, [&] {
            if (::unlinkat(spot.parent.get(), spot.name.c_str(), 0) != 0 ||
                ::symlinkat(target.c_str(), spot.parent.get(), spot.name.c_str()) != 0)
                throw_errno("cannot make the link");
        });
        set_owner_at(spot.parent.get(), spot.name.c_str(), facts.uid, facts.gid);
        set_times_at(spot.parent.get(), spot.name.c_str(), facts.accessed, facts.modified);
    }

    void punch(const Spot& spot, const Facts& facts, const Value& line) {
        if (static_cast<std::uint64_t>(line["size"].num()) != facts.size) return;  // it changed between manifest and reading
        const UniqueFd file(::openat(spot.parent.get(), spot.name.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        if (!file) throw_errno("cannot open it for its holes");
        std::uint64_t at = 0;
        for (const Extent& data : stretches(line["data"], facts.size)) {
            hole(file.get(), at, data.offset);
            at = data.offset + data.length;
        }
        hole(file.get(), at, facts.size);
        set_times_at(file.get(), "", facts.accessed, facts.modified);
    }

    /// Only zeros may go: a manifest of another moment must not cost content.
    static void hole(int file, std::uint64_t begin, std::uint64_t end) {
        static const std::string zeros(std::size_t{1} << 18, '\0');
        std::string read(zeros.size(), '\0');
        for (std::uint64_t at = begin; at < end;) {
            const std::size_t part = std::min<std::uint64_t>(zeros.size(), end - at);
            const ssize_t got = ::pread(file, read.data(), part, static_cast<off_t>(at));
            if (got <= 0) return;
            const auto size = static_cast<std::size_t>(got);
            if (read.compare(0, size, zeros, 0, size) == 0 && !punch_hole(file, at, size)) return;
            at += size;
        }
    }

    Job& job_;
    std::vector<std::string> wanted_;
    std::uint64_t applied_ = 0;
};

/// The allow-list of security.md 6 on a tree that stands already, in a directory nobody else can enter.
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
    [[nodiscard]] Value skipped() const { return skipped_; }

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
        if (skipped_.items().size() < most_named)
            skipped_.push(Value::object().set("path", encode_path(entry.path)).set("why", why));
    }
    Value skipped_ = Value::array();
};

}  // namespace

Value settle(Job& job) {
    const bool trusted = job.arguments()["trusted"].truth();
    Settler settler(job);
    each_line(job.descriptor("facts"), [&](const Value& line) {
        const bool wanted = settler.is_wanted_socket(line);
        if (wanted) settler.make_room_for(line);
        if (wanted || trusted) settler.apply(line);
    });
    if (!trusted) {
        AllowList list;
        walk(job.root(), list);
        return Value::object().set("applied", settler.applied()).set("skipped", list.skipped());
    }
    each_line(job.descriptor("facts"), [&](const Value& line) { settler.apply_flags(line); });
    return Value::object().set("applied", settler.applied()).set("skipped", Value::array());
}

}  // namespace jailctl::tree::actions

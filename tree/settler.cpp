#include "settler.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "attributes.hpp"
#include "directory_stack.hpp"
#include "manifest.hpp"
#include "punch_hole.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

/// Only zeros may go: a manifest of another moment must not cost content.
void punch_zeros(int file, std::uint64_t begin, std::uint64_t end) {
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

}  // namespace

Settler::Spot Settler::spot_of(const std::string& path) const {
    std::string name(name_of(path));
    if (path.empty()) return {UniqueFd(open_directory(job_.root(), ".")), "."};
    if (name.empty() || name == "." || name == "..") throw Error(Errc::damaged, "the manifest names no entry");
    return {open_below(job_.root(), parent_of(path)), std::move(name)};
}

bool Settler::is_wanted_socket(const Value& line) const {
    return line["socket"].is_int() &&
           std::find(wanted_.begin(), wanted_.end(), decode_path(line["path"].str())) != wanted_.end();
}

void Settler::make_room_for(const Value& line) {
    const std::string path = decode_path(line["path"].str());
    for (auto slash = path.find('/'); slash != std::string::npos; slash = path.find('/', slash + 1)) {
        const Spot above = spot_of(path.substr(0, slash));
        if (!above.parent || (::mkdirat(above.parent.get(), above.name.c_str(), 0700) != 0 && errno != EEXIST))
            return job_.note(path, "no directory can be made for it");
    }
}

void Settler::apply(const Value& line) {
    attempt(line, [&](const Spot& spot, const Facts& facts) {
        if (line["link"].is_string()) return link(spot, facts, decode_path(line["link"].str()));
        if (line["target"].is_string()) retarget(spot, facts, decode_path(line["target"].str()));
        for (const Value& one : line["xattrs"].items()) {
            const auto& pair = one.items();
            if (pair.size() != 2) continue;
            set_xattr_at(spot.parent.get(), spot.name.c_str(),
                         {decode_path(pair[0].str()), attribute_in_manifest(pair[1].str())});
        }
        if (line["data"].is_array() && facts.kind == Kind::regular) punch(spot, facts, line);
    });
}

void Settler::apply_flags(const Value& line) {
    if (!line["flags"].is_int()) return;
    attempt(line, [&](const Spot& spot, const Facts& facts) {
        const UniqueFd open = facts.kind == Kind::directory ? open_directory(spot.parent.get(), spot.name.c_str())
                                                            : open_file(spot.parent.get(), spot.name.c_str());
        if (open) set_flags(open.get(), static_cast<std::uint32_t>(line["flags"].num()));
    });
}

void Settler::attempt(const Value& line, const std::function<void(const Spot&, const Facts&)>& act) {
    const std::string path = decode_path(line["path"].str());
    try {
        const Spot spot = spot_of(path);
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
void Settler::rename_in(const Spot& spot, const std::function<void()>& change) {
    const Facts before = facts_of(spot.parent.get());
    change();
    set_times_at(spot.parent.get(), "", before.accessed, before.modified);
}

/// With nobody behind it, as out of an archive. restic records sockets and makes none.
void Settler::socket(const Spot& spot, const Value& line) {
    const char* name = spot.name.c_str();
    const auto mode = static_cast<mode_t>(line["socket"].num()) & 07777U;
    rename_in(spot, [&] {
        if (!make_node(spot.parent.get(), name, Kind::socket, mode)) throw_errno("cannot make the socket");
    });
    set_owner_at(spot.parent.get(), name, static_cast<uid_t>(line["uid"].num()), static_cast<gid_t>(line["gid"].num()));
    if (::fchmodat(spot.parent.get(), name, mode, 0) != 0) throw_errno("cannot set the mode of the socket");
    const Timestamp time{line["modified"].num(),
                         static_cast<std::uint32_t>(line["nanoseconds"].num()) % 1'000'000'000U};
    set_times_at(spot.parent.get(), name, time, time);
    ++applied_;
}

void Settler::link(const Spot& spot, const Facts& facts, const std::string& first) const {
    const Spot other = spot_of(first);
    const auto known = other.parent ? facts_at(other.parent.get(), other.name.c_str()) : std::nullopt;
    if (!known || known->kind != facts.kind || facts.kind == Kind::directory || known->same_object(facts)) return;
    rename_in(spot, [&] {
        if (::unlinkat(spot.parent.get(), spot.name.c_str(), 0) != 0 ||
            ::linkat(other.parent.get(), other.name.c_str(), spot.parent.get(), spot.name.c_str(), 0) != 0)
            throw_errno("cannot make the hard link");
    });
}

void Settler::retarget(const Spot& spot, const Facts& facts, const std::string& target) {
    if (facts.kind != Kind::symlink) return;
    const auto now = read_link(spot.parent.get(), spot.name.c_str());
    if (!now) throw_errno("cannot read the link");
    if (*now == target) return;
    rename_in(spot, [&] {
        if (::unlinkat(spot.parent.get(), spot.name.c_str(), 0) != 0 ||
            ::symlinkat(target.c_str(), spot.parent.get(), spot.name.c_str()) != 0)
            throw_errno("cannot make the link");
    });
    set_owner_at(spot.parent.get(), spot.name.c_str(), facts.uid, facts.gid);
    set_times_at(spot.parent.get(), spot.name.c_str(), facts.accessed, facts.modified);
}

void Settler::punch(const Spot& spot, const Facts& facts, const Value& line) {
    // It changed between manifest and reading.
    if (static_cast<std::uint64_t>(line["size"].num()) != facts.size) return;
    const UniqueFd file(::openat(spot.parent.get(), spot.name.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!file) throw_errno("cannot open it for its holes");
    std::uint64_t at = 0;
    for (const Extent& data : data_in_manifest(line["data"], facts.size)) {
        punch_zeros(file.get(), at, data.offset);
        at = data.offset + data.length;
    }
    punch_zeros(file.get(), at, facts.size);
    set_times_at(file.get(), "", facts.accessed, facts.modified);
}

}  // namespace jailctl::tree

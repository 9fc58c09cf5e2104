#include "entry_digest.hpp"

#include <algorithm>
#include <unistd.h>
#include <vector>

#include "archive/index_entry.hpp"
#include "extents.hpp"
#include "hash.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"
#include "protocol.hpp"

namespace jailctl::tree {

namespace {

std::string digest_of_file(int fd) {
    Sha256 digest;
    std::vector<char> buffer(65536);
    while (true) {
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got < 0) throw_errno("cannot be read");
        if (got == 0) return digest.finish();
        digest.update(buffer.data(), static_cast<std::size_t>(got));
    }
}

/// Of a file with holes, which may be of terabytes (ADR 17). It equals no other kind of digest.
std::string digest_of_sparse(int fd, std::uint64_t size) {
    ContentDigest digest(DigestForm::sparse);
    std::vector<char> buffer(65536);
    each_extent(fd, size, [&](const Extent& extent) {
        for (std::uint64_t done = 0; done < extent.length;) {
            const std::size_t part = std::min<std::uint64_t>(buffer.size(), extent.length - done);
            const ssize_t got = ::pread(fd, buffer.data(), part, static_cast<off_t>(extent.offset + done));
            if (got < 0) throw_errno("cannot be read");
            if (got == 0) break;
            digest.add(extent.offset + done, {buffer.data(), static_cast<std::size_t>(got)});
            done += static_cast<std::uint64_t>(got);
        }
    });
    return "sparse " + hex(digest.finish(size));
}

/// A file system that compresses has less allocated, and no holes.
bool has_holes(int fd, const Facts& facts) {
    if (facts.allocated >= facts.size) return false;
    std::uint64_t data = 0;
    each_extent(fd, facts.size, [&](const Extent& extent) { data += extent.length; });
    return data < facts.size;
}

std::string digest_of_link(int directory, const char* name) {
    const auto target = read_link(directory, name);
    return target ? "-> " + encode_path(*target) : std::string{};
}

}  // namespace

std::string digest_of_entry(const Entry& entry) {
    if (entry.facts.kind == Kind::directory) return std::string(directory_digest);
    if (entry.facts.kind == Kind::symlink) return digest_of_link(entry.parent, entry.name);
    if (entry.facts.kind != Kind::regular) return {};
    std::string why;
    Facts now;
    const UniqueFd file = open_same(entry, why, now);
    if (!file) return {};
    return in_context(escape_name(entry.path), [&] {
        return has_holes(file.get(), now) ? digest_of_sparse(file.get(), now.size) : digest_of_file(file.get());
    });
}

std::string digest_at(int directory, const std::string& name) {
    const auto facts = facts_at(directory, name.c_str());
    return facts ? digest_of_entry({name, name.c_str(), directory, -1, *facts}) : std::string{};
}

std::string stamp_of_entry(const Entry& entry) {
    if (entry.facts.kind == Kind::symlink) return digest_of_link(entry.parent, entry.name);
    if (entry.facts.kind != Kind::regular) return {};
    const Timestamp& time = entry.facts.modified;
    return std::to_string(entry.facts.size) + " " + std::to_string(time.seconds) + "." +
           std::to_string(time.nanoseconds);
}

std::string stamp_at(int directory, const std::string& name) {
    const auto facts = facts_at(directory, name.c_str());
    return facts ? stamp_of_entry({name, name.c_str(), directory, -1, *facts}) : std::string{};
}

}  // namespace jailctl::tree

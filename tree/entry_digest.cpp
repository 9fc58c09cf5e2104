#include "entry_digest.hpp"

#include <climits>
#include <unistd.h>
#include <vector>

#include "hash.hpp"
#include "jailctl/sdk/error.hpp"
#include "protocol.hpp"

namespace jailctl::tree {

namespace {

std::string digest_of_file(int fd) {
    Sha256 digest;
    std::vector<char> buffer(65536);
    while (true) {
        const ssize_t got = ::read(fd, buffer.data(), buffer.size());
        if (got < 0) throw_errno("cannot read a file");
        if (got == 0) return digest.finish();
        digest.update(buffer.data(), static_cast<std::size_t>(got));
    }
}

std::string digest_of_link(int directory, const char* name) {
    std::string target(PATH_MAX, '\0');
    const ssize_t length = ::readlinkat(directory, name, target.data(), target.size());
    if (length < 0) return {};
    target.resize(static_cast<std::size_t>(length));
    return "-> " + encode_path(target);
}

}  // namespace

std::string digest_of_entry(const Entry& entry) {
    if (entry.facts.kind == Kind::symlink) return digest_of_link(entry.parent, entry.name);
    if (entry.facts.kind != Kind::regular) return {};
    std::string why;
    const UniqueFd file = open_same(entry, why);
    return file ? digest_of_file(file.get()) : std::string{};
}

std::string digest_at(int directory, const std::string& name) {
    const auto facts = facts_at(directory, name.c_str());
    return facts ? digest_of_entry({name, name.c_str(), directory, -1, *facts}) : std::string{};
}

std::string stamp_of_entry(const Entry& entry) {
    if (entry.facts.kind == Kind::symlink) return digest_of_link(entry.parent, entry.name);
    if (entry.facts.kind != Kind::regular) return {};
    const Timestamp& time = entry.facts.modified;
    return std::to_string(entry.facts.size) + " " + std::to_string(time.seconds) + "." + std::to_string(time.nanoseconds);
}

std::string stamp_at(int directory, const std::string& name) {
    const auto facts = facts_at(directory, name.c_str());
    return facts ? stamp_of_entry({name, name.c_str(), directory, -1, *facts}) : std::string{};
}

}  // namespace jailctl::tree

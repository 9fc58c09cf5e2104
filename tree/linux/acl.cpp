#include "acl.hpp"

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <utility>

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

// Layout of linux/posix_acl_xattr.h: a 32-bit version, then entries of tag, permissions (16 bits each) and id, little
// endian.
constexpr std::string_view access_name = "system.posix_acl_access";
constexpr std::string_view default_name = "system.posix_acl_default";
constexpr std::uint32_t version = 2;
constexpr std::size_t header_size = 4, entry_size = 8;
constexpr std::uint32_t no_id = 0xffffffffU;

// Kernel tag beside libarchive's, in the order in which the kernel wants them.
constexpr std::pair<unsigned, int> tags[] = {
    {0x01, ARCHIVE_ENTRY_ACL_USER_OBJ}, {0x02, ARCHIVE_ENTRY_ACL_USER}, {0x04, ARCHIVE_ENTRY_ACL_GROUP_OBJ},
    {0x08, ARCHIVE_ENTRY_ACL_GROUP},    {0x10, ARCHIVE_ENTRY_ACL_MASK}, {0x20, ARCHIVE_ENTRY_ACL_OTHER},
};

struct AclEntry {
    unsigned tag;
    unsigned permissions;
    std::uint32_t id;
};

std::uint32_t number_at(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint32_t number = 0;
    for (std::size_t i = size; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
    return number;
}

void append(std::string& out, std::uint32_t number, int size) {
    for (int i = 0; i < size; ++i) out += static_cast<char>(number >> (8 * i) & 0xff);
}

std::optional<std::vector<AclEntry>> parse(std::string_view raw) {
    if (raw.size() < header_size || (raw.size() - header_size) % entry_size != 0 || number_at(raw, 0, 4) != version)
        return {};
    std::vector<AclEntry> entries;
    for (std::size_t at = header_size; at < raw.size(); at += entry_size)
        entries.push_back({number_at(raw, at, 2), number_at(raw, at + 2, 2), number_at(raw, at + 4, 4)});
    return entries;
}

bool has_id(unsigned tag) { return tag == 0x02 || tag == 0x08; }

/// Of the entries with an id the kernel wants the lower one first; the order of the others is that of the table.
std::string encode(std::vector<AclEntry> entries) {
    std::stable_sort(entries.begin(), entries.end(), [](const AclEntry& a, const AclEntry& b) {
        return std::pair(a.tag, has_id(a.tag) ? a.id : 0) < std::pair(b.tag, has_id(b.tag) ? b.id : 0);
    });
    std::string raw;
    append(raw, version, 4);
    for (const AclEntry& entry : entries) {
        append(raw, entry.tag, 2);
        append(raw, entry.permissions, 2);
        append(raw, entry.id, 4);
    }
    return raw;
}

std::vector<AclEntry> entries_of(archive_entry* entry, int wanted) {
    std::vector<AclEntry> entries;
    archive_entry_acl_reset(entry, wanted);
    int type = 0, permissions = 0, tag = 0, id = 0;
    const char* name = nullptr;
    while (archive_entry_acl_next(entry, wanted, &type, &permissions, &tag, &id, &name) == ARCHIVE_OK) {
        const auto* known =
            std::find_if(std::begin(tags), std::end(tags), [&](const auto& pair) { return pair.second == tag; });
        if (known == std::end(tags)) throw Error(Errc::damaged, "an ACL of a kind that Linux does not have");
        if (has_id(known->first) && id == -1) throw Error(Errc::damaged, "an ACL for a user or group without a number");
        entries.push_back({known->first, static_cast<unsigned>(permissions) & 7U,
                           has_id(known->first) ? static_cast<std::uint32_t>(id) : no_id});
    }
    return entries;
}

}  // namespace

bool is_acl(std::string_view attribute) noexcept { return attribute == access_name || attribute == default_name; }

bool is_default_acl(std::string_view attribute) noexcept { return attribute == default_name; }
void forget_default_acl(int directory) { remove_xattr(directory, std::string(default_name)); }

bool add_acl(archive_entry* entry, const Xattr& attribute) {
    const auto entries = parse(attribute.value);
    if (!entries) return false;
    const int type = attribute.name == default_name ? ARCHIVE_ENTRY_ACL_TYPE_DEFAULT : ARCHIVE_ENTRY_ACL_TYPE_ACCESS;
    for (const AclEntry& one : *entries) {
        const auto* known =
            std::find_if(std::begin(tags), std::end(tags), [&](const auto& pair) { return pair.first == one.tag; });
        if (known == std::end(tags) || one.permissions > 7) return false;
        const int id = has_id(one.tag) ? static_cast<int>(one.id) : -1;
        if (archive_entry_acl_add_entry(entry, type, static_cast<int>(one.permissions), known->second, id, nullptr) !=
            ARCHIVE_OK)
            return false;
    }
    return true;
}

std::vector<Xattr> acls_of(archive_entry* entry) {
    std::vector<Xattr> found;
    // An access ACL of three entries is the mode over again.
    if (archive_entry_acl_count(entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS) > 3)
        found.push_back({std::string(access_name), encode(entries_of(entry, ARCHIVE_ENTRY_ACL_TYPE_ACCESS))});
    if (archive_entry_acl_count(entry, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT) > 0)
        found.push_back({std::string(default_name), encode(entries_of(entry, ARCHIVE_ENTRY_ACL_TYPE_DEFAULT))});
    if ((archive_entry_acl_types(entry) & ARCHIVE_ENTRY_ACL_TYPE_NFS4) != 0)
        throw Error(Errc::damaged, "an ACL of a kind that Linux does not have");
    return found;
}

mode_t mode_with_mask(const Xattr& acl, mode_t mode) {
    const auto entries = acl.name == access_name ? parse(acl.value) : std::nullopt;
    if (!entries) return mode;
    for (const AclEntry& entry : *entries)
        if (entry.tag == 0x10) return (mode & ~mode_t{070}) | (entry.permissions & 7U) << 3;
    return mode;
}

std::optional<std::uint32_t> largest_id(const Xattr& acl) {
    const auto entries = parse(acl.value);
    if (!entries) return std::nullopt;
    std::uint32_t largest = 0;
    for (const AclEntry& entry : *entries)
        if (has_id(entry.tag)) largest = std::max(largest, entry.id);
    return largest;
}

}  // namespace jailctl::tree

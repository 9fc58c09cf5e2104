#include "../support/fuzz.hpp"

#include <vector>

#include "archive/unpacker.hpp"
#include "archive/tar_guard.hpp"
#include "archive/member_name.hpp"

/// libFuzzer target of the check of tar entries: TarGuard, names, ids, sizes, as a foreign archive meets them. Of the
/// first byte the lowest bit makes check sums right, the others say in what portions the guard gets the bytes. Whatever
/// they are: the same answer however they are cut, and of what is taken no entry leads out of the tree, belongs to an
/// id outside the jail's map or, but for the holes of a sparse file, holds more than the archive.
namespace {

using namespace jailctl;
using namespace jailctl::tree;
using fuzz::require;

constexpr std::uint64_t most_bytes = 1 << 24, most_entries = 1000, largest_id = 65535;

std::string judged(std::string_view bytes, std::size_t portion) {
    TarGuard guard;
    std::string answer = "taken";
    try {
        for (; !bytes.empty(); bytes.remove_prefix(std::min(portion, bytes.size())))
            guard.feed(bytes.substr(0, portion));
        guard.finish();
        answer += " " + std::to_string(guard.bytes());
    } catch (const Error& error) {
        answer = error.what();
    }
    return answer + (guard.claimed() ? " claimed" : "");
}

void check_path(const std::string& path) {
    require(!path.starts_with('/') && path.size() <= 4095 && path.find('\0') == std::string::npos);
    require(("/" + path + "/").find("/../") == std::string::npos && path.find("//") == std::string::npos);
    require(joined(member_components(path.empty() ? "." : path)) == path);
}

void check_entry(const IndexEntry& entry, const IndexEntry& before) {
    check_path(entry.path);
    if (entry.hard_link) check_path(entry.target);
    if (entry.kind == Kind::symlink) require(entry.target.find('\0') == std::string::npos);
    require(entry.uid <= largest_id && entry.gid <= largest_id && (entry.mode & ~07777U) == 0);
    // The holes of a sparse file cost nothing, however long they are (Unpacker::read_content).
    require(entry.sparse || entry.size <= most_bytes);
    require(before.kind == Kind::unknown || entry.offset > before.offset);
}

/// Reads it as `check` does; a stranger's archive.
bool read(const std::string& bytes) {
    static const UniqueFd sink = fuzz::file_of("");
    require(::ftruncate(sink.get(), 0) == 0 && ::lseek(sink.get(), 0, SEEK_SET) == 0);
    Channel channel(sink.get());
    Job job(Request{}, UniqueFd(), channel);
    UnpackRules rules;
    rules.max_bytes = most_bytes;
    rules.max_entries = most_entries;
    rules.largest_id = largest_id;
    Unpacker unpacker(job, rules, nullptr);
    IndexEntry before;
    unpacker.watch([&](const IndexEntry& entry) {
        check_entry(entry, before);
        before = entry;
        before.kind = Kind::regular;
    });
    try {
        unpacker.run(fuzz::file_of(bytes).get());
        return true;
    } catch (const Error&) {
        return false;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    if ((data[0] & 1) != 0) bytes = fuzz::with_right_sums(std::move(bytes));
    const std::string whole = judged(bytes, bytes.size());
    require(judged(bytes, 1 + (data[0] >> 1)) == whole);
    const bool compressed = bytes.starts_with("\x1f\x8b") || bytes.starts_with("\x28\xb5\x2f\xfd") ||
                            bytes.find("JAILCTL\x01") != std::string::npos;
    if (read(bytes) && !compressed) require(whole.starts_with("taken"));
    return 0;
}

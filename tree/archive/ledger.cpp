#include "archive/ledger.hpp"

#include <algorithm>
#include <functional>
#include <sys/stat.h>

#include "archive/aside.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t batch = 4096;  // entries written at once

}  // namespace

// Two paths of one hash would have to name one object, unchanged, to be taken for each other.
std::uint64_t hash_of_path(std::string_view path) noexcept { return std::hash<std::string_view>{}(path); }

std::uint64_t object_of(const Facts& facts) noexcept {
    // The tree may have several devices (subvolumes) on one mount; inodes are small numbers.
    return facts.identity.inode ^ facts.identity.device * 0x9e3779b97f4a7c15U;
}

std::int64_t nanoseconds_of(const Timestamp& time) noexcept {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(time.seconds) * 1'000'000'000U + time.nanoseconds);
}

void LedgerWriter::stored(const Entry& entry, std::uint64_t offset, bool as_it_is) {
    std::uint64_t place = offset;
    if (!as_it_is) place |= Remembered::noted_bit;
    if (entry.facts.kind == Kind::directory) place |= Remembered::directory_bit;
    if (entry.facts.kind != Kind::directory && entry.facts.links > 1) place |= Remembered::several_names_bit;
    pending_.push_back({hash_of_path(entry.path), object_of(entry.facts), nanoseconds_of(entry.facts.changed), place});
    if (pending_.size() == batch) finish();
}

void LedgerWriter::finish() {
    write_all(file_, {reinterpret_cast<const char*>(pending_.data()), pending_.size() * sizeof(Remembered)},
              "the ledger");
    pending_.clear();
}

Ledger::Ledger(int file) {
    struct stat facts{};
    if (::fstat(file, &facts) != 0) throw_errno("cannot look at the ledger of the live pass");
    const std::string bytes = read_exactly(file, 0, static_cast<std::size_t>(facts.st_size));
    if (bytes.size() % sizeof(Remembered) != 0) throw Error(Errc::damaged, "the ledger of the live pass is damaged");
    const auto* begin = reinterpret_cast<const Remembered*>(bytes.data());
    entries_.assign(begin, begin + bytes.size() / sizeof(Remembered));
    std::sort(entries_.begin(), entries_.end(), [](const Remembered& a, const Remembered& b) {
        return a.path != b.path ? a.path < b.path : a.place < b.place;
    });
}

std::ptrdiff_t Ledger::find(std::string_view path) const noexcept {
    const std::uint64_t hash = hash_of_path(path);
    const auto found =
        std::lower_bound(entries_.begin(), entries_.end(), hash,
                         [](const Remembered& entry, std::uint64_t value) { return entry.path < value; });
    return found == entries_.end() || found->path != hash ? -1 : found - entries_.begin();
}

}  // namespace jailctl::tree

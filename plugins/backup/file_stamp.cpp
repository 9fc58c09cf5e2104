#include "file_stamp.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::backup {

FileStamp stamp_of(const struct stat& facts) noexcept {
    return {facts.st_ino, facts.st_mtim.tv_sec * std::int64_t{1'000'000'000} + facts.st_mtim.tv_nsec,
            static_cast<std::uint64_t>(facts.st_size)};
}

FileStamp stamp_of(int file, const std::string& what) {
    struct stat facts{};
    if (::fstat(file, &facts) != 0) throw_errno("cannot look at " + escape_name(what));
    return stamp_of(facts);
}

FileStamp stamp_at(const std::string& path) noexcept {
    struct stat facts{};
    if (!path.starts_with('/') || ::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return {};
    return stamp_of(facts);
}

FileStamp stamp_in(const Value& object) {
    return {static_cast<std::uint64_t>(object["inode"].num()), object["modified"].num(),
            static_cast<std::uint64_t>(object["size"].num())};
}

Value& put_stamp(Value& object, const FileStamp& stamp) {
    object.set("size", stamp.size);
    if (stamp.known()) object.set("inode", stamp.inode).set("modified", stamp.modified);
    return object;
}

}  // namespace jailctl::backup

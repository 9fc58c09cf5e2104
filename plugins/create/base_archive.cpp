#include "base_archive.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "checksum.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree.hpp"

namespace jailctl::create {

namespace {

constexpr std::size_t checksum_file_cap = 64U << 10U;
constexpr std::uint64_t usual_ratio = 3;  // a system's files against their gzip; xz and zstd do a little better

UniqueFd open_archive(const std::string& file) {
    try {
        UniqueFd archive = open_trusted(file, Trust::root);
        struct stat found {};
        if (::fstat(archive.get(), &found) != 0) throw_errno("cannot look at " + file);
        if (!S_ISREG(found.st_mode)) throw Error(Errc::invalid, file + " is not a regular file");
        return archive;
    } catch (Error& error) {
        throw error.with_hint("BASE names the archive");
    }
}

std::uint64_t size_of(int archive, const std::string& file) {
    struct stat found {};
    if (::fstat(archive, &found) != 0) throw_errno("cannot look at " + file);
    return static_cast<std::uint64_t>(found.st_size);
}

std::optional<std::string> wanted_digest(const ArchiveWord& word) {
    if (word.sha256) return word.sha256;
    const std::string beside = word.file + ".sha256";
    const UniqueFd opened = find_trusted(beside, Trust::root);
    if (!opened) return std::nullopt;
    const auto digest = digest_in(read_all(opened.get(), checksum_file_cap, beside), word.file);
    if (!digest) throw Error(Errc::invalid, beside + " holds no SHA-256 of " + word.file);
    return digest;
}

void verify(int archive, const ArchiveWord& word, const std::string& wanted) {
    TreeJob job;
    job.action = "digest";
    job.arguments = Value::object();
    job.descriptors = {{"archive", archive}};
    const std::string found = in_context(escape_name(word.file), [&] { return run_tree(job)["sha256"].str(); });
    if (found != wanted) {
        throw Error(Errc::damaged, word.file + " has the SHA-256 " + found + ", not " + wanted)
            .with_hint("fetch the archive again, or correct its checksum");
    }
    if (::lseek(archive, 0, SEEK_SET) != 0) throw_errno("cannot go back to the beginning of " + word.file);
}

}  // namespace

void ArchiveBase::check(Invocation&, const std::string& what) {
    const auto word = parse_archive_word(what);
    (void)open_archive(word.file);
    (void)wanted_digest(word);
}

std::uint64_t ArchiveBase::estimate(Invocation&, const std::string& what) {
    const auto word = parse_archive_word(what);
    const std::uint64_t size = size_of(open_archive(word.file).get(), word.file);
    return word.file.ends_with(".tar") ? size : size * usual_ratio;
}

void ArchiveBase::install(Invocation& invocation, const std::string& what, BaseTarget& target) {
    const auto word = parse_archive_word(what);
    const UniqueFd archive = open_archive(word.file);
    if (const auto digest = wanted_digest(word)) {
        verify(archive.get(), word, *digest);
    } else {
        invocation.console().warn(word.file + " has no checksum beside it: taken as it is");
    }
    in_context(escape_name(word.file), [&] { target.unpack(archive.get(), size_of(archive.get(), word.file)); });
}

}  // namespace jailctl::create

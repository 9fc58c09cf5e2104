#include "console.hpp"

#include <cerrno>
#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "../platform.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/state.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/views.hpp"
#include "mounts.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr const char* folder = "console";
constexpr std::array speakers{Speaker::jail, Speaker::copy};
constexpr std::uint64_t page = 4096;

const char* file_name(Speaker speaker) { return speaker == Speaker::jail ? "log" : "copy"; }

std::string kept_name(const JailName& jail, Speaker speaker) { return jail.key() + "." + file_name(speaker); }

std::string live_directory(const Configuration& configuration, const JailName& jail) {
    return (StateDirectory::running(configuration).path() / folder / jail.key()).string();
}

/// The file of the running jail; empty if there is none. The directory is root's alone: nobody put another
/// file there. The file is the jail's: not blocking, for it may hold a lease on it (fcntl(2)), and the kernel
/// would let us wait for that.
UniqueFd open_live(const Configuration& configuration, const JailName& jail, Speaker speaker) {
    return UniqueFd{::open((live_directory(configuration, jail) + "/" + file_name(speaker)).c_str(),
                           O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
}

/// Gives back the older part of a file that is nearly full; later writes go on at its end.
void make_room(int file) {
    struct stat now {};
    if (::fstat(file, &now) != 0 || static_cast<std::uint64_t>(now.st_blocks) * 512 < console_bytes / 4 * 3) return;
    const auto keep = static_cast<off_t>(console_bytes / 2);
    const off_t cut = (now.st_size - keep) / static_cast<off_t>(page) * static_cast<off_t>(page);
    if (cut > 0) (void)::fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, cut);
}

/// What is there from `at` on, at most console_bytes. The jail may have made the file as long as it likes.
std::string read_from(int file, std::uint64_t& at) {
    struct stat now {};
    if (::fstat(file, &now) != 0) throw_errno("cannot read the console of the jail");
    const auto size = static_cast<std::uint64_t>(now.st_size);
    if (at > size) at = 0;  // it was emptied from inside
    const off_t data = ::lseek(file, static_cast<off_t>(at), SEEK_DATA);
    at = std::max(data < 0 ? size : static_cast<std::uint64_t>(data), at);
    std::string text(static_cast<std::size_t>(std::min(size - at, console_bytes)), '\0');
    const ssize_t got = ::pread(file, text.data(), text.size(), static_cast<off_t>(at));
    if (got < 0) throw_errno("cannot read the console of the jail");
    text.resize(static_cast<std::size_t>(got));
    at += text.size();
    return text;
}

/// Only what the last run said is kept.
void keep(Invocation& invocation, const Jail& jail, Speaker speaker, int file) {
    const StateDirectory lasting = StateDirectory::lasting(invocation.configuration());
    try {
        std::uint64_t at = 0;
        const std::string said = read_from(file, at);
        replace_file(lasting.open(folder).get(), kept_name(jail.name, speaker), said, 0600, false);
    } catch (const Error& error) {
        invocation.console().warn("what the init of " + jail.name.text() + " said is not kept: " + error.what());
    }
}

}  // namespace

UniqueFd open_console(Invocation& invocation, const Jail& jail, std::uint32_t id_base, Speaker speaker) {
    close_console(invocation, jail);
    const UniqueFd above = StateDirectory::running(invocation.configuration()).open(folder);
    const std::string& key = jail.name.key();
    if (::mkdirat(above.get(), key.c_str(), 0700) != 0 && errno != EEXIST)
        throw_errno("cannot make a place for the console");
    const UniqueFd memory = scratch_mount(console_bytes);
    const UniqueFd made{::openat(memory.get(), file_name(speaker), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)};
    if (!made || ::fchown(made.get(), id_base, id_base) != 0) throw_errno("cannot make the console of the jail");
    const UniqueFd point{::openat(above.get(), key.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
    if (!point) throw_errno("cannot open the place of the console");
    attach(memory.get(), point.get(), "");
    // Opened by a mount that is attached nowhere, or the jail would read our path in /proc/1/fd.
    UniqueFd file{::openat(clone_of(memory.get(), "").get(), file_name(speaker), O_WRONLY | O_APPEND | O_CLOEXEC)};
    if (!file) throw_errno("cannot open the console of the jail");
    return file;
}

void close_console(Invocation& invocation, const Jail& jail) {
    const Configuration& configuration = invocation.configuration();
    const std::string directory = live_directory(configuration, jail.name);
    for (const Speaker speaker : speakers)
        if (const UniqueFd file = open_live(configuration, jail.name, speaker))
            keep(invocation, jail, speaker, file.get());
    if (::umount2(directory.c_str(), MNT_DETACH | UMOUNT_NOFOLLOW) != 0 && errno != EINVAL && errno != ENOENT)
        throw_errno("cannot unmount the console of the jail");
    if (::rmdir(directory.c_str()) != 0 && errno != ENOENT) throw_errno("cannot remove the place of the console");
}

bool has_console(const Configuration& configuration, const JailName& jail) {
    return ::access(live_directory(configuration, jail).c_str(), F_OK) == 0;
}

std::filesystem::path kept_console(const Configuration& configuration, const JailName& jail, Speaker speaker) {
    return StateDirectory::lasting(configuration).path() / folder / kept_name(jail, speaker);
}

std::string last_words(const Configuration& configuration, const JailName& jail, Speaker speaker) {
    const UniqueFd file = open_live(configuration, jail, speaker);
    std::uint64_t at = 0;
    std::string text = file ? read_from(file.get(), at) : std::string{};
    while (!text.empty() && text.back() == '\n') text.pop_back();
    const auto line = text.rfind('\n');
    return escape_name(text.substr(line == std::string::npos ? 0 : line + 1).substr(0, 200));
}

std::optional<ConsoleReader> ConsoleReader::open(const Configuration& configuration, const JailName& jail) {
    ConsoleReader reader;
    reader.file_ = open_live(configuration, jail, Speaker::jail);
    reader.live_ = static_cast<bool>(reader.file_);
    if (!reader.live_ && errno == EWOULDBLOCK)
        throw Error(Errc::busy, "the init of " + jail.text() + " holds a lease on its output, and lets nobody read it")
            .with_hint("try again in a minute: the kernel takes the lease away; or stop the jail");
    if (!reader.live_) {
        const auto kept = kept_console(configuration, jail, Speaker::jail);
        reader.file_ = UniqueFd{::open(kept.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
    }
    if (reader.file_) return reader;
    if (errno != ENOENT && errno != ENOTDIR) throw_errno("cannot open what the jail's init said");
    return std::nullopt;
}

std::string ConsoleReader::more() {
    std::string text = read_from(file_.get(), at_);
    if (live_) make_room(file_.get());
    return text;
}

void forget_console(const Configuration& configuration, const JailName& jail) {
    for (const Speaker speaker : speakers) {
        const auto kept = kept_console(configuration, jail, speaker);
        if (::unlink(kept.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR)
            throw_errno("cannot remove " + kept.string());
    }
}

void register_console_undoer(Registrar& host) {
    host.undoer("console.close",
                [](Invocation& invocation, const Jail& jail, const Value&) { close_console(invocation, jail); });
}

}  // namespace jailctl::lifecycle

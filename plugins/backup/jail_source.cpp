#include "jail_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "excludes.hpp"
#include "jailctl/sdk/base_record.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree.hpp"
#include "jailctl/sdk/backup_maker.hpp"
#include "place.hpp"
#include "two_passes.hpp"

namespace jailctl::backup {
namespace {

/// The jail's entry as it is written in JAILS, addresses canonical.
std::string entry_of(const Jail& jail) {
    std::string entry = jail.name.text() + ":";
    for (std::size_t i = 0; i < jail.addresses.size(); ++i) entry += (i == 0 ? "" : ",") + jail.addresses[i].text();
    return entry + ":" + jail.root.string() + "/";
}

/// Settings somebody wrote; those left at their default belong to the host that restores.
Value written_settings(const Settings& settings) {
    Value written = Value::object();
    for (const auto& [name, value] : settings.all())
        if (value.is_set && name != "JAILS") written.set(name, value.text);
    return written;
}

/// The first pass is kept beside the archive until that is written, and its room given back
/// meanwhile: not both at once.
void require_scratch(int directory, std::uint64_t bytes, std::uint64_t entries) {
    constexpr std::uint64_t noted_per_entry = 64;  // ledger and plan
    const std::uint64_t needed = bytes / 2 + entries * noted_per_entry;
    const std::uint64_t free = free_bytes(directory, "the place of temporary files");
    if (free < needed)
        throw Error(Errc::no_space, "the temporary files of a backup in two passes need about " + human_bytes(needed) +
                                        ", and where they go are " + human_bytes(free) + " free")
            .with_hint("make room where the archive goes, or in BACKUPDIR if that is standard output; BACKUP_WARM=live "
                       "needs none");
}

/// An empty file that the helper may read again while it writes it (tree/archive/read_back.hpp).
bool can_be_read_back(int out) {
    const int flags = ::fcntl(out, F_GETFL);
    struct stat facts{};
    return flags >= 0 && (flags & O_ACCMODE) == O_RDWR && (flags & O_APPEND) == 0 && ::fstat(out, &facts) == 0 &&
           S_ISREG(facts.st_mode) && facts.st_size == 0 && ::lseek(out, 0, SEEK_CUR) == 0;
}

Grade grade_of(Way way) {
    return way == Way::cold ? Grade::cold : way == Way::snapshot ? Grade::snapshot : Grade::live;
}

}  // namespace

JailSource::JailSource(Invocation& invocation, const Jail& jail, const View& view, int id)
    : invocation_(invocation),
      jail_(jail),
      view_(view),
      id_(id),
      grade_(grade_of(view.way())),
      frozen_(view.frozen()),
      root_(Rootfs::open(view.root())),
      excludes_(parse_excludes(jail.settings["BACKUP_EXCLUDE"].text)) {
    TreeJob job{.action = "measure",
                .arguments = Value::object().set("excludes", encode_paths(excludes_)),
                .root = root_.fd(),
                .id_base = {},
                .read_only = true,
                .descriptors = {},
                .on_progress = {},
                .on_note = {}};
    const Value measured = run_tree(job);
    bytes_ = static_cast<std::uint64_t>(measured["bytes"].num());
    entries_ = static_cast<std::uint64_t>(measured["entries"].num());
}

Value JailSource::description() const {
    utsname system{};
    ::uname(&system);
    Value description = Value::object()
                            .set("jail", jail_.name.text())
                            .set("entry", entry_of(jail_))
                            .set("settings", written_settings(jail_.settings))
                            .set("grade", grade_name(grade()))
                            .set("taken", unix_now())
                            .set("made_by", maker_of(invocation_.configuration()))
                            .set("system", std::string(system.sysname) + " " + system.release)
                            .set("machine", system.machine)
                            .set("excludes", Value::array_of(excludes_));
    if (frozen_) description.set("frozen_us", static_cast<std::int64_t>(frozen_->count()));
    // Without the digests of its base an upgrade after the restore could not tell the site's files from the base's. The
    // stamps of all its files would be a good part of a small archive: without them an upgrade removes nothing.
    if (auto base = read_base_record(invocation_.configuration(), jail_.name))
        description.set("base", base->set("stamps", Value{}));
    return description;
}

int JailSource::directory() const {
    if (view_.way() != Way::two_passes || quiesced_) return root_.fd();
    if (jail_.settings["BACKUP_WARM"].text == "frozen")
        throw Error(Errc::unsupported,
                    "BACKUP_WARM=frozen, and BACKUP_BACKEND=" + jail_.settings["BACKUP_BACKEND"].text +
                        " reads the tree in a way of its own")
            .with_hint("set BACKUP_WARM=auto: a snapshot where one can be taken, else live");
    quiesced_.emplace(invocation_, jail_, id_);
    return root_.fd();
}

Value JailSource::write_in_two_passes(int out, std::string_view format) {
    UniqueFd configured;
    if (scratch_ < 0) configured = open_place(resolve_place(jail_.settings, ""));
    const int scratch = scratch_ < 0 ? configured.get() : scratch_;
    require_scratch(scratch, bytes_, entries_);
    TwoPasses passes(invocation_, jail_, id_, root_.fd(), scratch);
    passes.read(excludes_, bytes_);
    if (!passes.exact() && jail_.settings["BACKUP_WARM"].text == "frozen")
        throw Error(Errc::timeout, "BACKUP_WARM=frozen, and " + passes.remark())
            .with_hint("raise BACKUP_FREEZE_LIMIT, let the jail write less meanwhile, or set BACKUP_WARM=auto: then "
                       "the backup is live");
    grade_ = passes.exact() ? Grade::frozen : Grade::live;
    frozen_ = passes.frozen();
    remark_ = passes.remark();
    return passes.write(out, format, description());
}

Value JailSource::write_tar(int out, std::string_view format) {
    if (view_.way() == Way::two_passes) return write_in_two_passes(out, format);
    const auto progress = invocation_.console().progress("backing up " + jail_.name.text(), bytes_);
    TreeJob job{.action = "pack",
                .arguments = Value::object()
                                 .set("format", format)
                                 .set("level", jail_.settings["BACKUP_LEVEL"].text)
                                 .set("excludes", encode_paths(excludes_))
                                 .set("description", description())
                                 .set("read_back", can_be_read_back(out)),
                .root = root_.fd(),
                .id_base = {},
                .read_only = true,
                .descriptors = {{"out", out}},
                .on_progress = [&](std::uint64_t done) { progress->update(done); },
                .on_note = {}};
    return run_tree(job);
}

}  // namespace jailctl::backup

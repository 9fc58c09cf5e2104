#include "storing.hpp"

#include <fcntl.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <chrono>

#include "jailctl/sdk/backup_maker.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/tar_file.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree.hpp"
#include "lookup.hpp"
#include "patterns.hpp"
#include "view.hpp"

namespace jailctl::restic {
namespace {

/// Bytes of the file system a tree is on.
std::uint64_t size_of_file_system(int tree) {
    struct statvfs facts {};
    if (::fstatvfs(tree, &facts) != 0) throw_errno("cannot look at the file system of the jail");
    return static_cast<std::uint64_t>(facts.f_blocks) * facts.f_frsize;
}

std::uint64_t most_holes(const BackupSource& source) {
    return parse_bytes(source.jail().settings["RESTIC_HOLES"].text);
}

/// Files whose holes restic shall not read. One that a running jail makes meanwhile shows by its length: neither does
/// it fit on that file system nor is it one of those looked at.
void leave_out_holes(std::vector<std::string>& arguments, const Value& facts, const BackupSource& source,
                     const JailView& view, int tree) {
    for (const auto& file : facts["too_long"].items())
        arguments.push_back("--exclude=" + literal_pattern(view.tree() + "/" + decode_path(file["path"].str())));
    const auto longest = std::max(static_cast<std::uint64_t>(facts["longest"].num()), size_of_file_system(tree));
    arguments.push_back("--exclude-larger-than=" + std::to_string(longest + most_holes(source)));
}

std::vector<std::string> backup_arguments(const BackupSource& source, const BackupInfo& info, const std::string& maker,
                                          const JailView& view, const Value& facts, int tree) {
    std::vector<std::string> arguments{"backup", "--json", "--host", info.jail};
    for (const auto& tag : tags_of(info, maker)) {
        arguments.emplace_back("--tag");
        arguments.push_back(tag);
    }
    for (const auto& pattern : source.excludes())
        for (const auto& one : restic_patterns(pattern, view.tree())) arguments.push_back("--exclude=" + one);
    leave_out_holes(arguments, facts, source, view, tree);
    arguments.insert(arguments.end(), {"jail", "jailctl"});
    return arguments;
}

/// What the helper saw of the tree goes beside it: the description, and what restic 0.14 would lose.
Value write_own_files(const BackupSource& source, int tree, const JailView& view) {
    const UniqueFd files = view.own_files();
    const UniqueFd manifest(::openat(files.get(), "manifest", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!manifest) throw_errno("cannot make the manifest of the backup");
    const Value facts = run_tree(
        {.action = "facts",
         .arguments =
             Value::object().set("excludes", encode_paths(source.excludes())).set("max_holes", most_holes(source)),
         .root = tree,
         .id_base = {},
         .read_only = true,
         .descriptors = {{"out", manifest.get()}},
         .on_progress = {},
         .on_note = {}});
    const Value document =
        Value::object().set("format", 1).set("description", source.description()).set("counts", facts);
    replace_file(files.get(), "description.json", to_json(document), 0600, false);
    return facts;
}

/// Before restic begins: what it takes its time for, and what would take it too long.
std::vector<std::string> tell_of_holes(Invocation& invocation, const BackupSource& source, const Value& facts) {
    constexpr std::uint64_t worth_telling = std::uint64_t{1} << 30;
    const std::string& jail = source.jail().name.text();
    const auto& files = facts["too_long"].items();
    if (static_cast<std::uint64_t>(facts["too_long_total"].num()) > files.size())
        throw Error(Errc::unsupported, std::to_string(facts["too_long_total"].num()) + " files of jail " + jail +
                                           " have holes beyond RESTIC_HOLES, " + human_bytes(most_holes(source)) +
                                           ", one of them " + escape_name(decode_path(files.front()["path"].str())))
            .with_hint("leave them out with BACKUP_EXCLUDE; BACKUP_BACKEND=archive keeps holes without reading them");
    if (const auto holes = static_cast<std::uint64_t>(facts["holes"].num()); holes >= worth_telling)
        invocation.console().warn("restic reads the holes in files of jail " + jail + " as zeros, " +
                                  human_bytes(holes) + " of them");
    std::vector<std::string> omissions;
    for (const auto& file : files)
        omissions.push_back(escape_name(decode_path(file["path"].str())) + ": its holes, " +
                            human_bytes(static_cast<std::uint64_t>(file["holes"].num())) +
                            ", are more than what RESTIC_HOLES leaves, " + human_bytes(most_holes(source)) + " in all");
    return omissions;
}

/// What `restic backup --json` tells while it works.
class Progress {
public:
    Progress(Console& console, const BackupSource& source)
        : shown_(console.progress("backing up " + source.jail().name.text(), source.size_estimate())) {}
    void take(std::string_view line) {
        const Value message = in_context("what restic backup said", [&] { return parse_json(line); });
        const std::string type = message["message_type"].str();
        if (type == "status") shown_->update(static_cast<std::uint64_t>(message["bytes_done"].num()));
        if (type == "summary") snapshot = message["snapshot_id"].str();
        if (type != "error") return;
        if (message["item"].str() == "/") {  // of the backup it compares with, and says nothing of this one
            anew = true;
            return;
        }
        std::string cause = message["error"]["Err"].str();
        if (cause.empty()) cause = message["error"]["message"].str("cannot be read");
        omissions.push_back(escape_name(message["item"].str()) + ": " + escape_name(cause));
    }
    std::string snapshot;
    std::vector<std::string> omissions;
    bool anew = false;  ///< what was stored before could not be read

private:
    std::unique_ptr<jailctl::Progress> shown_;
};

/// restic says nothing of files that change under it: the times of their last change do.
std::vector<std::string> changed_since(std::chrono::nanoseconds begin, const BackupSource& source, int tree) {
    if (source.grade() == Grade::cold) return {};
    return notes_of(run_tree({.action = "changed",
                                  .arguments = Value::object()
                                                   .set("seconds", std::int64_t{begin.count() / std::nano::den})
                                                   .set("nanoseconds", std::int64_t{begin.count() % std::nano::den})
                                                   .set("excludes", encode_paths(source.excludes())),
                                  .root = tree, .id_base = {}, .read_only = true, .descriptors = {},
                                  .on_progress = {}, .on_note = {}}));
}

}  // namespace

Stored store_tree(Invocation& invocation, const Repository& repository, BackupSource& source, const BackupInfo& info) {
    const auto begin = file_clock_now();
    const int tree = source.directory();
    const JailView view(invocation.configuration(), tree, View::read_only);
    const Value facts = write_own_files(source, tree, view);
    std::vector<std::string> too_long = tell_of_holes(invocation, source, facts);
    Progress progress(invocation.console(), source);
    progress.omissions = std::move(too_long);
    Run run = view.run();
    run.on_line = [&](std::string_view line) { progress.take(line); };
    const UniqueFd held = repository.hold();
    const Answer answer =
        repository.run(backup_arguments(source, info, maker_of(invocation.configuration()), view, facts, tree), run);
    // 3: a snapshot was made, and what it lacks was named
    if (!answer.status.ok() && answer.status.code != 3) throw repository.failure("restic backup", answer);
    if (progress.snapshot.empty()) throw Error(Errc::io, "restic backup ended, and named no snapshot that it made");
    if (progress.anew)
        invocation.console().warn("the last backup of jail " + info.jail +
                                  " cannot be read in the repository, so all is stored anew" + "; 'jailctl verify " +
                                  info.jail + "' looks at the repository");
    auto changed = changed_since(begin, source, tree);
    progress.omissions.insert(progress.omissions.end(), changed.begin(), changed.end());
    return {find(repository, progress.snapshot).id, std::move(progress.omissions),
            static_cast<std::uint64_t>(facts["sockets"].num())};
}

}  // namespace jailctl::restic

#include "storing.hpp"

#include <fcntl.h>

#include <ctime>

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

std::vector<std::string> backup_arguments(const BackupSource& source, const BackupInfo& info, const JailView& view) {
    std::vector<std::string> arguments{"backup", "--json", "--host", info.jail};
    for (const auto& tag : tags_of(info)) {
        arguments.emplace_back("--tag");
        arguments.push_back(tag);
    }
    for (const auto& pattern : source.excludes())
        for (const auto& one : restic_patterns(pattern, view.tree())) arguments.push_back("--exclude=" + one);
    arguments.insert(arguments.end(), {"jail", "jailctl"});
    return arguments;
}

Value excludes_of(const BackupSource& source) {
    Value list = Value::array();
    for (const auto& pattern : source.excludes()) list.push(pattern);
    return list;
}

/// What the helper saw of the tree goes beside it: the description, and what restic 0.14 would lose.
Value write_own_files(const BackupSource& source, int tree, const JailView& view) {
    const UniqueFd files = view.own_files();
    const UniqueFd manifest(::openat(files.get(), "manifest", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!manifest) throw_errno("cannot make the manifest of the backup");
    const Value facts = run_tree({.action = "facts",
                                  .arguments = Value::object().set("excludes", excludes_of(source)),
                                  .root = tree, .id_base = {}, .read_only = true,
                                  .descriptors = {{"out", manifest.get()}}, .on_progress = {}, .on_note = {}});
    const Value document = Value::object().set("format", 1).set("description", source.description()).set("counts", facts);
    replace_file(files.get(), "description.json", to_json(document), 0600, false);
    return facts;
}

/// What `restic backup --json` tells while it works.
class Progress {
public:
    Progress(Console& console, const BackupSource& source)
        : shown_(console.progress("backing up " + source.jail().name.text(), source.size_estimate())) {}
    void take(std::string_view line) {
        const Value message = parse_json(line);
        const std::string type = message["message_type"].str();
        if (type == "status") shown_->update(static_cast<std::uint64_t>(message["bytes_done"].num()));
        if (type == "summary") snapshot = message["snapshot_id"].str();
        if (type != "error") return;
        std::string cause = message["error"]["Err"].str();
        if (cause.empty()) cause = message["error"]["message"].str("cannot be read");
        omissions.push_back(escape_name(message["item"].str()) + ": " + escape_name(cause));
    }
    std::string snapshot;
    std::vector<std::string> omissions;

private:
    std::unique_ptr<jailctl::Progress> shown_;
};

timespec now() {
    timespec time{};
    ::clock_gettime(CLOCK_REALTIME_COARSE, &time);  // the clock that stamps files
    return time;
}

/// restic says nothing of files that change under it: the times of their last change do.
std::vector<std::string> changed_since(const timespec& begin, const BackupSource& source, int tree) {
    if (source.grade() == Grade::cold) return {};
    return omissions_of(run_tree({.action = "changed",
                                  .arguments = Value::object()
                                                   .set("seconds", static_cast<std::int64_t>(begin.tv_sec))
                                                   .set("nanoseconds", static_cast<std::int64_t>(begin.tv_nsec))
                                                   .set("excludes", excludes_of(source)),
                                  .root = tree, .id_base = {}, .read_only = true, .descriptors = {},
                                  .on_progress = {}, .on_note = {}}));
}

}  // namespace

Stored store_tree(Invocation& invocation, const Repository& repository, BackupSource& source, const BackupInfo& info) {
    const timespec begin = now();
    const int tree = source.directory();
    const JailView view(invocation.configuration(), tree, View::read_only);
    const Value facts = write_own_files(source, tree, view);
    Progress progress(invocation.console(), source);
    Run run = view.run();
    run.on_line = [&](std::string_view line) { progress.take(line); };
    const UniqueFd held = repository.hold();
    const Answer answer = repository.run(backup_arguments(source, info, view), run);
    // 3: a snapshot was made, and what it lacks was named
    if ((!answer.status.ok() && answer.status.code != 3) || progress.snapshot.empty())
        throw repository.failure("restic backup", answer);
    auto changed = changed_since(begin, source, tree);
    progress.omissions.insert(progress.omissions.end(), changed.begin(), changed.end());
    return {find(repository, progress.snapshot).id, std::move(progress.omissions), static_cast<std::uint64_t>(facts["sockets"].num())};
}

}  // namespace jailctl::restic

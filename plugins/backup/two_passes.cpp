#include "two_passes.hpp"

#include <optional>

#include "archive_names.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/tree.hpp"
#include "quiesce.hpp"
#include "stand_still.hpp"

namespace jailctl::backup {
namespace {

constexpr std::int64_t second = 1'000'000'000;

UniqueFd scratch_file(int directory, const Invocation& invocation, const Jail& jail) {
    // The lock is ours.
    return unnamed_file(directory, unfinished_name(invocation.configuration(), jail.name.key(), ".scratch"));
}

TreeJob job_on(int root, std::string action, Value arguments, std::vector<std::pair<std::string, int>> descriptors) {
    return {.action = std::move(action),
            .arguments = std::move(arguments),
            .root = root,
            .id_base = {},
            .read_only = true,
            .descriptors = std::move(descriptors),
            .on_progress = {},
            .on_note = {}};
}

}  // namespace

TwoPasses::TwoPasses(Invocation& invocation, const Jail& jail, int id, int root, int scratch)
    : invocation_(invocation), jail_(jail), id_(id), root_(root), live_(scratch_file(scratch, invocation, jail)),
      ledger_(scratch_file(scratch, invocation, jail)), tail_(scratch_file(scratch, invocation, jail)),
      plan_(scratch_file(scratch, invocation, jail)) {}

void TwoPasses::read(const std::vector<std::string>& excludes, std::uint64_t bytes) {
    const Value patterns = encode_paths(excludes);
    read_live(patterns, bytes);
    read_frozen(patterns);
}

void TwoPasses::read_live(const Value& excludes, std::uint64_t bytes) {
    since_ = file_clock_now().count();
    // A page of a mapped file that is written to again is noticed only once it was written to disk in between.
    sync_file_system(root_, jail_.root.string());
    const auto progress = invocation_.console().progress("reading " + jail_.name.text(), bytes);
    TreeJob job = job_on(root_, "pack",
                         Value::object().set("format", "tar.zst").set("level", "fast").set("excludes", excludes),
                         {{"out", live_.get()}, {"ledger", ledger_.get()}});
    job.on_progress = [&](std::uint64_t done) { progress->update(done); };
    members_end_ = run_tree(job)["members_end"].num();
}

void TwoPasses::read_frozen(const Value& excludes) {
    Quiesced quiesced(invocation_, jail_, id_);
    const std::int64_t began = file_clock_now().count();
    const auto limit = freeze_limit(jail_);
    std::optional<StandStill> still;
    try {
        still.emplace(invocation_, jail_, limit);
    } catch (const Error& error) {
        if (error.code() != Errc::timeout) throw;
        remark_ = std::string("the jail could not be frozen, it was read while it ran: ") + error.what();
    }
    catch_up(excludes);
    if (still) exact_ = still->end();
    if (still) frozen_ = still->lasted();
    still.reset();
    quiesced.end();
    if (exact_) return;
    if (remark_.empty())
        remark_ = "the jail ran again after " + std::to_string(limit.count()) +
                  " s (BACKUP_FREEZE_LIMIT), before all that had changed was read";
    count_changes(excludes, began);
}

void TwoPasses::catch_up(const Value& excludes) {
    second_ = run_tree(job_on(
        root_, "catch_up",
        Value::object().set("since", since_).set("members_end", members_end_).set("excludes", excludes),
        {{"ledger", ledger_.get()}, {"out", tail_.get()}, {"plan", plan_.get()}}));
}

void TwoPasses::count_changes(const Value& excludes, std::int64_t since) {
    const Value later = run_tree(job_on(
        root_, "changed",
        Value::object().set("seconds", since / second).set("nanoseconds", since % second).set("excludes", excludes),
        {}));
    Value notes = second_["notes"];
    for (const Value& note : later["notes"].items()) notes.push(note);
    second_.set("notes", std::move(notes));
    for (const char* total : {"notes_total", "changed"}) second_.set(total, second_[total].num() + later[total].num());
}

Value TwoPasses::write(int out, std::string_view format, const Value& description) {
    const auto progress = invocation_.console().progress("writing the backup of " + jail_.name.text(),
                                                         static_cast<std::uint64_t>(second_["bytes"].num()));
    Value counts = Value::object();
    for (const char* name :
         {"entries", "files", "bytes", "sockets", "socket_list", "changed", "unreadable", "unrestorable"})
        counts.set(name, second_[name]);
    TreeJob job = job_on(-1, "splice",
                         Value::object()
                             .set("format", format)
                             .set("level", jail_.settings["BACKUP_LEVEL"].text)
                             .set("description", description)
                             .set("counts", std::move(counts)),
                         {{"live", live_.get()}, {"tail", tail_.get()}, {"plan", plan_.get()}, {"out", out}});
    job.on_progress = [&](std::uint64_t done) { progress->update(done); };
    Value packed = run_tree(job);
    return packed.set("notes", second_["notes"]).set("notes_total", second_["notes_total"]);
}

}  // namespace jailctl::backup

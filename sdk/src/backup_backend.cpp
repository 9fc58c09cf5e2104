#include "jailctl/sdk/services/backup_backend.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/extract_staging.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/tree.hpp"

namespace jailctl {

namespace {
constexpr std::string_view grade_names[] = {"cold", "live", "snapshot", "frozen", "unknown"};
}

std::string_view grade_name(Grade grade) noexcept {
    return grade_names[grade > Grade::unknown ? static_cast<int>(Grade::unknown) : static_cast<int>(grade)];
}

Grade parse_grade(std::string_view name) noexcept {
    for (int i = 0; i < static_cast<int>(Grade::unknown); ++i) {
        if (grade_names[i] == name) return static_cast<Grade>(i);
    }
    return Grade::unknown;
}

void BackupSource::use_scratch(int) {}
void BackupBackend::check(Invocation&, const Jail&, const std::string&) {}
std::optional<std::uint64_t> BackupBackend::free_space(Invocation&, const Jail&) { return std::nullopt; }

Value shown_backup(const BackupInfo& info) {
    const auto or_null = [](std::int64_t time) { return time == 0 ? Value{} : Value(time); };
    Value shown = Value::object()
                      .set("id", info.id)
                      .set("jail", info.jail)
                      .set("taken", info.taken)
                      .set("size", info.size)
                      .set("grade", grade_name(info.grade))
                      .set("verified", or_null(info.verified))
                      .set("booted", or_null(info.booted))
                      .set("protect", info.protect);
    if (!info.problem.empty()) shown.set("problem", info.problem);
    return shown;
}

void list_tar(int archive, const std::function<void(const Value::Array& entries)>& take) {
    TreeJob job{.action = "contents", .arguments = Value::object(), .root = -1, .id_base = {}, .read_only = true,
                .descriptors = {{"archive", archive}}, .on_progress = {}, .on_note = {}};
    job.on_entries = take;
    (void)run_tree(job);
}

Value extract_from_tar(int archive, const BackupExtract& wanted, Vouched vouched) {
    const bool content = wanted.out >= 0;
    TreeJob job{.action = "extract",
                .arguments = Value::object()
                                 .set("paths", Value::array_of(wanted.paths))
                                 .set("trusted", vouched == Vouched::yes)
                                 .set("ask", vouched == Vouched::ask)
                                 .set("vouched", wanted.trust)
                                 .set("content", content),
                .root = content ? -1 : wanted.directory,
                .id_base = {},
                .read_only = false,
                .descriptors = {{"archive", archive}},
                .on_progress = {},
                .on_note = {}};
    if (content) job.descriptors.emplace_back("out", wanted.out);
    try {
        return run_tree(job);
    } catch (...) {
        if (content) throw;
        const Interrupt::Shield shield;  // a helper that was ended with us by a signal had no time for that
        try {
            clear_extract_staging(wanted.directory);
        } catch (const Error&) {
            // An error is under way already and says why; the next extraction clears it.
        }
        throw;
    }
}

void clear_extract_staging(int directory) {
    (void)run_tree({.action = "tidy",
                    .arguments = Value::object(),
                    .root = directory,
                    .id_base = {},
                    .read_only = false,
                    .descriptors = {},
                    .on_progress = {},
                    .on_note = {}});
}

void BackupBackend::contents(Invocation& invocation, const std::string& backup,
                             const std::function<void(const Value::Array& entries)>& take) {
    const OpenBackup opened = open(invocation, backup);
    list_tar(opened.stream.get(), take);
    if (opened.finish) opened.finish();
}

void BackupBackend::remove_several(Invocation& invocation, const std::vector<std::string>& ids,
                                   const std::function<void(const std::string& id)>& gone) {
    for (const auto& one : ids) {
        try {
            remove(invocation, one);
        } catch (const Error& error) {
            if (error.code() != Errc::not_found) throw;  // somebody was there first: gone is what was wanted
        }
        gone(one);
    }
}

Value BackupBackend::extract(Invocation& invocation, const std::string& backup, const BackupExtract& wanted) {
    const OpenBackup opened = open(invocation, backup);
    Value extracted = extract_from_tar(opened.stream.get(), wanted, opened.vouched ? Vouched::yes : Vouched::no);
    if (opened.finish) opened.finish();
    return extracted;
}

}  // namespace jailctl

#include "journal.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <set>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/process.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/state.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {

namespace {

constexpr std::size_t journal_cap = 64U << 20U;
constexpr int depth_limit = 9;  // an upgrade that starts the jail nests two; nothing of ours nests more

StateDirectory place_of(const Configuration& configuration, JournalPlace place) {
    return place == JournalPlace::lasting ? StateDirectory::lasting(configuration)
                                          : StateDirectory::running(configuration);
}

/// The outermost operation of a jail writes "key", one inside it "key~2": '~' occurs in no jail's name.
std::string name_at(const JailName& jail, int depth) {
    return depth == 1 ? jail.key() : jail.key() + "~" + std::to_string(depth);
}

Undo undo_of(const Value& value) { return {value["kind"].str(), value["arguments"]}; }

Value value_of(const Undo& undo) { return Value::object().set("kind", undo.kind).set("arguments", undo.arguments); }

Value commit_line(const std::vector<Undo>& finish) {
    Value list = Value::array();
    for (const auto& undo : finish) list.push(value_of(undo));
    return Value::object().set("commit", true).set("finish", std::move(list));
}

[[noreturn]] void damaged(const std::filesystem::path& file, const std::string& why) {
    const std::string shown = escape_name(file.string());
    throw Error(Errc::damaged, "the journal " + shown + " cannot be read: " + why)
        .with_hint("see what it says about the interrupted command, clean up by hand, then remove " + shown);
}

void read_line(const Value& line, bool first, FoundJournal& journal) {
    JournalRecord& record = journal.record;
    if (first) {
        if (line["format"].num() != 1) damaged(journal.file, "its format is not known to this version");
        record.command = line["command"].str();
        record.jail = line["jail"].str();
        record.boot = line["boot_id"].str();
        record.pid = line["pid"].num();
        record.pid_start = line["pid_start"].num();
        record.started = line["started"].num();
        journal.begun = true;
    } else if (line["undo"].is_object()) {
        record.steps.push_back(undo_of(line["undo"]));
    } else if (line["commit"].truth()) {
        record.committed = true;
        record.ended = line["ended"].truth();
        for (const auto& item : line["finish"].items()) record.finish.push_back(undo_of(item));
    } else if (line["ended"].truth()) {
        record.ended = true;
    } else {
        damaged(journal.file, "a line of no known kind");
    }
}

/// Whole lines alone count: what follows the last newline was being written when its writer died, so was not begun.
void parse(std::string_view text, FoundJournal& journal) {
    bool first = true;
    for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
        Value line;
        try {
            line = parse_json(text.substr(0, end));
        } catch (const Error& error) {
            damaged(journal.file, error.what());
        }
        read_line(line, first, journal);
        first = false;
        text.remove_prefix(end + 1);
    }
}

/// Names of the journals of a jail that lie in `folder`, innermost first.
std::vector<std::string> names_of(const std::filesystem::path& folder, const JailName& jail) {
    std::error_code failed;
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder, failed)) {
        const std::string name = entry.path().filename().string();
        if (name == jail.key() || name.starts_with(jail.key() + "~")) names.push_back(name);
    }
    if (failed && failed != std::errc::no_such_file_or_directory)
        throw Error(code_of(failed), "cannot list " + escape_name(folder.string()), failed);
    std::ranges::sort(names, std::greater<>());  // depths have one digit: "key~3", "key~2", "key"
    return names;
}

}  // namespace

bool JournalRecord::ours() const { return pid == ::getpid() && writer_lives(); }

bool JournalRecord::writer_lives() const {
    const auto start = process_start_time(static_cast<pid_t>(pid));
    return start && static_cast<std::int64_t>(*start) == pid_start && boot == boot_id();
}

bool JournalRecord::only_litter() const { return std::ranges::all_of(committed ? finish : steps, is_litter); }

std::vector<FoundJournal> find_journals(const Configuration& configuration, JournalPlace place, const JailName& jail) {
    std::vector<FoundJournal> found;
    const StateDirectory state = place_of(configuration, place);
    const auto folder = state.path() / "journal";
    const auto names = names_of(folder, jail);
    if (names.empty()) return found;  // the rule: the checked walk only when there is something
    const UniqueFd directory = state.open("journal");
    for (const auto& name : names) {
        FoundJournal journal{name, folder / name, {}, false};
        const auto text = in_context(escape_name(folder.string()),
                                     [&] { return read_file_at(directory.get(), name, journal_cap); });
        if (!text) continue;
        parse(*text, journal);
        found.push_back(std::move(journal));
    }
    return found;
}

void remove_journal(const Configuration& configuration, JournalPlace place, const std::string& name) {
    const UniqueFd directory = place_of(configuration, place).open("journal");
    if (::unlinkat(directory.get(), name.c_str(), 0) != 0 && errno != ENOENT)
        throw_errno("cannot remove the journal " + name);
    if (place == JournalPlace::lasting) sync_fd(directory.get(), "the directory of journals");
}

void keep_litter(const Configuration& configuration, JournalPlace place, const std::string& name,
                 const std::vector<Undo>& litter) {
    const StateDirectory state = place_of(configuration, place);
    const UniqueFd directory = state.open("journal");
    in_context(escape_name((state.path() / "journal").string()), [&] {
        const std::string text = read_file_at(directory.get(), name, journal_cap).value_or("");
        const std::string head = text.substr(0, text.find('\n') + 1);
        replace_file(directory.get(), name, head + to_json(commit_line(litter).set("ended", true)) + "\n", 0600,
                     place == JournalPlace::lasting);
    });
}

void merge_litter(const Configuration& configuration, JournalPlace place, const JailName& jail,
                  const std::string& ours) {
    std::vector<FoundJournal> found;
    for (auto& journal : find_journals(configuration, place, jail))
        if (journal.begun && journal.record.only_litter() && (journal.name == ours || !journal.record.writer_lives()))
            found.push_back(std::move(journal));
    if (found.size() < 2) return;
    const auto undos = [](const FoundJournal& journal) {
        return journal.record.committed ? journal.record.finish : journal.record.steps;
    };
    const FoundJournal outermost = std::move(found.back());
    found.pop_back();
    std::vector<Undo> all = undos(outermost);
    const std::size_t before = all.size();
    std::set<std::string> known;
    for (const auto& undo : all) known.insert(to_json(value_of(undo)));
    for (const auto& journal : found)
        for (const auto& undo : undos(journal))
            if (known.insert(to_json(value_of(undo))).second) all.push_back(undo);
    // Written before the others go: what stands in two journals after a crash is undone twice, which is safe.
    if (all.size() > before) keep_litter(configuration, place, outermost.name, all);
    for (const auto& journal : found) remove_journal(configuration, place, journal.name);
}

std::vector<std::string> journalled_jails(const Configuration& configuration, JournalPlace place) {
    std::set<std::string> names;
    std::error_code none;
    for (const auto& entry :
         std::filesystem::directory_iterator(place_of(configuration, place).path() / "journal", none)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with('.')) names.insert(name.substr(0, name.find('~')));
    }
    return {names.begin(), names.end()};
}

Journal::Journal(const Configuration& configuration, JournalPlace place, const JailName& jail, std::string command)
    : configuration_(configuration), place_(place), jail_(jail), command_(std::move(command)) {}

void Journal::create() {
    directory_ = place_of(configuration_, place_).open("journal");
    for (int depth = 1; depth <= depth_limit && !file_; ++depth) {
        name_ = name_at(jail_, depth);
        file_ = UniqueFd(::openat(directory_.get(), name_.c_str(),
                                  O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
        if (!file_ && errno != EEXIST) throw_errno("cannot make the journal " + shown());
    }
    const auto others = find_journals(configuration_, place_, jail_);
    for (const auto& other : others) {
        if (other.name == name_ || other.record.ours() || other.record.only_litter()) continue;
        remove();
        throw Error(Errc::busy, "what an earlier command did to " + jail_.text() + " is not cleaned up yet");
    }
    if (!file_) throw Error(Errc::internal, "operations on " + jail_.text() + " are nested too deeply");
    const auto start = static_cast<std::int64_t>(process_start_time(::getpid()).value_or(0));
    Value head;
    head.set("format", 1).set("command", command_).set("jail", jail_.text());
    head.set("pid", static_cast<std::int64_t>(::getpid())).set("pid_start", start);
    head.set("boot_id", boot_id()).set("started", unix_now());
    pending_ = to_json(head) + "\n";
}

void Journal::append(const Value& line) {
    const bool first = !file_;
    if (first) create();
    const off_t before = ::lseek(file_.get(), 0, SEEK_END);
    const std::string text = pending_ + to_json(line) + "\n";
    try {
        write_all(file_.get(), text, "the journal " + shown());
        if (place_ == JournalPlace::lasting) sync_fd(file_.get(), "the journal " + shown());
    } catch (...) {
        // Half a line must not stand in front of a later one.
        if (::ftruncate(file_.get(), before) != 0) file_.reset();
        throw;
    }
    pending_.clear();
    if (first && place_ == JournalPlace::lasting) sync_fd(directory_.get(), "the directory of journals");
}

void Journal::step(std::string_view what, const Undo& undo) {
    append(Value::object().set("step", what).set("undo", value_of(undo)));
}

void Journal::commit(const std::vector<Undo>& finish) { append(commit_line(finish)); }

void Journal::end() noexcept {
    try {
        if (begun()) append(Value::object().set("ended", true));
    } catch (const std::exception&) {
        // Then it looks interrupted, and is undone all the same.
    }
}

std::string Journal::shown() const {
    return escape_name((place_of(configuration_, place_).path() / "journal" / name_).string());
}

void Journal::remove() {
    if (name_.empty()) return;
    remove_journal(configuration_, place_, name_);
    file_.reset();
    name_.clear();
}

}  // namespace jailctl

#pragma once

#include <string>
#include <vector>

#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl {

/// What a journal says.
struct JournalRecord {
    std::string command, jail, boot;
    std::int64_t pid = 0, pid_start = 0, started = 0;
    std::vector<Undo> steps;
    bool committed = false;
    std::vector<Undo> finish;
    bool ended = false;  ///< its writer was not cut short: it could not clean up all it did
    /// True while its writer lives: then it is no leftover.
    [[nodiscard]] bool writer_lives() const;
    [[nodiscard]] bool ours() const;
    /// True if everything in it may wait (recovery.hpp).
    [[nodiscard]] bool only_litter() const;
};

/// A journal file found for a jail.
struct FoundJournal {
    std::string name;
    std::filesystem::path file;
    JournalRecord record;
    bool begun = false;  ///< false: its writer died before the first line was whole, so before anything was done
};

/// Journals of a jail in one place, innermost first. @throws Error damaged: unreadable ones are never guessed
std::vector<FoundJournal> find_journals(const Configuration& configuration, JournalPlace place, const JailName& jail);
void remove_journal(const Configuration& configuration, JournalPlace place, const std::string& name);
/// Leaves in a journal the undoing that may wait, to be run in this order by the next command.
/// @throws Error no_space, io
void keep_litter(const Configuration& configuration, JournalPlace place, const std::string& name,
                 const std::vector<Undo>& litter);
/// Journals of dead commands that hold nothing but litter become one, in which nothing stands twice: else
/// each failing backup would take a depth of its own until none is left. @param ours  the journal of an
/// operation that has ended, or ""
void merge_litter(const Configuration& configuration, JournalPlace place, const JailName& jail,
                  const std::string& ours);
/// Names of the jails that have a journal in a place, sorted.
std::vector<std::string> journalled_jails(const Configuration& configuration, JournalPlace place);

/// Writes one journal, a JSON document a line. The file is made with the first line that matters.
class Journal {
public:
    Journal(const Configuration& configuration, JournalPlace place, const JailName& jail, std::string command);
    void step(std::string_view what, const Undo& undo);
    void commit(const std::vector<Undo>& finish);
    /// That the operation ends with this journal left. As far as it can be written: what is to be undone stands there.
    void end() noexcept;
    void remove();
    [[nodiscard]] bool begun() const noexcept { return static_cast<bool>(file_); }
    [[nodiscard]] JournalPlace place() const noexcept { return place_; }
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    void create();
    void append(const Value& line);
    [[nodiscard]] std::string shown() const;

    const Configuration& configuration_;
    JournalPlace place_;
    JailName jail_;
    std::string command_, name_;
    UniqueFd directory_, file_;
    std::string pending_;  ///< the head, written together with the first step: one fsync less
};

/// Where kill tests end the process; see Operation in the SDK header.
void fault_point(const Configuration& configuration) noexcept;

/// Runs the registered undoer, shielded from signals. @throws Error internal: nobody knows the kind
void run_undo(Invocation& invocation, const Jail& jail, const Undo& undo);

}  // namespace jailctl

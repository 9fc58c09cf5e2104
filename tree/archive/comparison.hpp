#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "job.hpp"
#include "archive/socket_list.hpp"
#include "archive/ledger.hpp"
#include "glob.hpp"
#include "walk.hpp"

namespace jailctl::tree {

/// An entry that is not, or not as it is now, in the archive of the live pass.
struct Change {
    std::uint64_t anchor;  ///< the directory there behind whose headers it belongs, or whose headers it replaces
    std::uint64_t order;   ///< among those of one anchor: as the walk met them
    std::string path;
    Kind kind;
    std::ptrdiff_t replaces = -1;  ///< of a directory that is there: its entry in the ledger
};

/// Compares a tree that stands still with what a live pass remembers of it, by what stat says alone. What is as it was,
/// by name, object and time of last change, and was not changed since the live pass began, is kept; all else is a
/// Change. A write through a mapping of a file stamps it only when the page is first written to after it last went to
/// disk: so the file system was synced after `since` and before the live pass, and everything stamped since then counts
/// as changed. The names of one file are kept all or none: to the new ones a name in the old archive would be no link.
class Comparison final : public Visitor {
public:
    /// @param since  nanoseconds, of the clock that stamps files
    Comparison(Job& job, const Ledger& ledger, const Excludes& excludes, std::int64_t since);
    Visit visit(const Entry& entry) override;
    void problem(std::string_view path, const std::string& what) override;
    /// After the walk. @return in the order in which they belong into the tar
    [[nodiscard]] std::vector<Change> take_changes();
    /// Whether that entry of the ledger stays; after take_changes().
    [[nodiscard]] bool keeps(std::size_t i) const { return kept_[i]; }
    [[nodiscard]] const SocketList& sockets() const noexcept { return sockets_; }
    [[nodiscard]] std::uint64_t unreadable() const noexcept { return unreadable_; }
    [[nodiscard]] std::uint64_t vanished() const noexcept { return vanished_; }

private:
    struct Above {
        std::string path;
        std::uint64_t anchor;
    };
    /// One of several names of a file, so far as it was.
    struct Name {
        Change change;
        std::uint64_t object;
        std::size_t known;
    };
    [[nodiscard]] std::uint64_t anchor_above(std::string_view path);
    void look_at(const Entry& entry);

    Job& job_;
    const Ledger& ledger_;
    const Excludes& excludes_;
    std::int64_t since_;
    std::vector<bool> kept_;
    std::vector<Above> above_;
    std::vector<Change> changes_;
    std::vector<Name> names_;
    std::unordered_set<std::uint64_t> torn_;  // objects of which a name came, went or changed
    SocketList sockets_;
    std::uint64_t order_ = 0, unreadable_ = 0, vanished_ = 0;
};

}  // namespace jailctl::tree

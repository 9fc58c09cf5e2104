#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "job.hpp"
#include "copy_entry.hpp"
#include "directory_stack.hpp"
#include "walk.hpp"

namespace jailctl::tree {

/// Lays a fresh base over a system (upgrade): a visitor of the base that keeps the system's directory in step. Works on
/// a staged copy, so what it cannot finish is dropped as a whole.
/// - Below the directories of "keep_new_only" (data) only what is missing is added.
/// - Below etc three versions are compared: old base ("etc_digests"), new base, the site's. A file the site never
///   touched is replaced, with the owner and mode that it has; one it removed stays away, one that only the site
///   changed is kept; where both changed it, or the old version is not known, the site's is kept, the new one is put
///   beside it as NAME.jailctl-new, and the path is listed as a conflict. A directory that stands for a file, or a file
///   for a directory, is a change like any other.
/// - Everything else is replaced. What the base does not have stays, but for files that the old base ("stamps") brought
///   and nobody changed since: remove_obsolete() removes them.
class Merge final : public Visitor {
public:
    explicit Merge(Job& job);
    Visit visit(const Entry& entry) override;
    Leave leave(const Entry& entry) override;
    void problem(std::string_view path, const std::string& what) override;
    /// After the walk. Files below etc and of data stay whatever became of them.
    void remove_obsolete();
    [[nodiscard]] Value result() const;

private:
    enum class Area { system, etc, data };
    /// Where what a directory of the base holds is put.
    enum class Into { system, beside, nowhere };
    /// A directory on the way down.
    struct Level {
        Into into;
        bool takes_attributes;     // of the base's directory
        std::uint32_t lock_flags;  // taken off while we write, put back afterwards
    };
    [[nodiscard]] Area area_of(std::string_view path) const;
    Visit visit_directory(const Entry& entry, Area area);
    Visit keep_other_for_directory(const Entry& entry, Area area, Kind other);
    /// Whether the base brings something new, or changed, in that directory of etc.
    [[nodiscard]] bool has_news_below(const Entry& entry) const;
    Visit enter_made(const std::string& name, Into into, bool takes);
    Visit enter_nowhere();
    [[nodiscard]] bool is_of_the_old_base(const Entry& entry, Area area) const;
    void visit_system_file(const Entry& entry, bool exists);
    void visit_etc_file(const Entry& entry, const std::string& fresh);
    bool replace_etc_file(const Entry& entry);
    /// @return the digest of what is below etc, else ""
    std::string remember(const Entry& entry);
    [[nodiscard]] std::string old_digest(std::string_view path) const;  ///< "" if it is not known
    [[nodiscard]] std::string old_stamp(std::string_view path) const;   ///< "" if it is not known
    void remove_obsolete(const std::string& path, const std::string& stamp);
    /// What the old base alone had in a directory that the new one does not have.
    void remove_obsolete_below(const std::string& path);
    void put_beside(const Entry& entry, bool changed_here);
    void put(const Entry& entry, const std::string& as);
    void conflict(std::string_view path, bool changed_here, bool beside);
    [[nodiscard]] static Error wrong_type(std::string_view path, const std::string& base, const std::string& system);

    Job& job_;
    DirectoryStack target_;
    std::vector<Level> levels_;
    EntryCopier copier_;
    std::vector<std::string> data_;
    std::map<std::string, std::string, std::less<>> old_digests_, old_stamps_;
    Value::Object new_digests_, new_stamps_;
    std::set<std::string, std::less<>> base_;  ///< every path the base has
    Value conflicts_ = Value::array();
    std::uint64_t replaced_ = 0, added_ = 0, kept_ = 0, removed_ = 0, mount_ = 0;
};

}  // namespace jailctl::tree

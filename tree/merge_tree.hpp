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
///   touched is replaced, one it removed stays away, one that only the site changed is kept; where both changed it the site's
///   is kept, the new one is put beside it as NAME.jailctl-new, and the path is listed as a conflict.
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
    /// A directory of the system on the way down.
    struct Level {
        bool takes_attributes;     // of the base's directory
        std::uint32_t lock_flags;  // taken off while we write, put back afterwards
    };
    [[nodiscard]] Area area_of(std::string_view path) const;
    Visit visit_directory(const Entry& entry, Area area);
    Visit keep_other_for_directory(const Entry& entry, Area area);
    void visit_system_file(const Entry& entry, bool exists);
    void visit_etc_file(const Entry& entry);
    void remember(const Entry& entry);
    void remove_obsolete(const std::string& path, const std::string& stamp);
    void put_beside(const Entry& entry);
    void put(const Entry& entry, const std::string& as);
    void conflict(std::string_view path);

    Job& job_;
    DirectoryStack target_;
    std::vector<Level> levels_;
    EntryCopier copier_;
    std::vector<std::string> data_;
    std::map<std::string, std::string, std::less<>> old_digests_;
    Value::Object new_digests_, new_stamps_;
    std::set<std::string, std::less<>> base_;  ///< every path the base has
    Value conflicts_ = Value::array();
    std::uint64_t replaced_ = 0, added_ = 0, kept_ = 0, removed_ = 0, mount_ = 0;
};

}  // namespace jailctl::tree

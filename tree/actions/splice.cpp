#include "../actions.hpp"

#include <algorithm>

#include "archive/archive_writer.hpp"
#include "archive/spool.hpp"
#include "archive/splice_plan.hpp"

namespace jailctl::tree::actions {
namespace {

/// Makes one archive of two, in which every directory stands before what it holds, all of that together, and every file
/// before its further names: as a single pass would have written it.
class Splicer {
public:
    Splicer(Job& job, ArchiveWriter& out, SplicePlan plan)
        : job_(job), out_(out), plan_(std::move(plan)), first_(job.descriptor("live"), plan_.first_end),
          second_(job.descriptor("tail"), plan_.second_end) {}
    void run() {
        while (const IndexEntry* entry = first_.current()) {
            const std::uint64_t offset = entry->offset;
            if (std::binary_search(plan_.cuts.begin(), plan_.cuts.end(), offset))
                first_.skip();
            else
                copy(first_);
            while (second_.current() != nullptr && plan_.anchors.at(used_) <= offset) {
                ++used_;
                copy(second_);
            }
        }
        while (second_.current() != nullptr) copy(second_);
    }
    [[nodiscard]] Value counts() const {
        Value counts = job_.arguments()["counts"];
        return counts.set("entries", entries_).set("files", files_).set("bytes", bytes_);
    }

private:
    void copy(Spool& from) {
        IndexEntry entry = *from.current();
        entry.offset = out_.tar().next_offset();
        from.copy_to(out_.tar());
        out_.index().add(entry);
        ++entries_;
        files_ += has_content(entry) ? 1 : 0;
        bytes_ += entry.size;
        job_.progress(bytes_);
    }

    Job& job_;
    ArchiveWriter& out_;
    SplicePlan plan_;
    Spool first_, second_;
    std::size_t used_ = 0;
    std::uint64_t entries_ = 0, files_ = 0, bytes_ = 0;
};

}  // namespace

Value splice(Job& job) {
    ArchiveWriter out(job.descriptor("out"), format_of(job.arguments()), level_of(job.arguments()));
    Splicer splicer(job, out, read_plan(job.descriptor("plan")));
    splicer.run();
    return out.finish(job.arguments()["description"], splicer.counts());
}

}  // namespace jailctl::tree::actions

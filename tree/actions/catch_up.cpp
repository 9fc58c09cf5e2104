#include "../actions.hpp"

#include "../directory_stack.hpp"
#include "archive/archive_writer.hpp"
#include "archive/comparison.hpp"
#include "archive/splice_plan.hpp"

namespace jailctl::tree::actions {
namespace {

/// Stores single entries of a tree by their paths. Those that follow each other are mostly of one directory.
class SinglePacker {
public:
    SinglePacker(int root, Packer& packer) : root_(root), packer_(packer) {}
    void store(const Change& change) {
        const std::string above(parent_of(change.path));
        const std::string name(change.path.empty() ? "." : name_of(change.path));
        if (!parent_ || above != above_) parent_ = open_below(root_, above_ = above);
        const auto facts = parent_ ? facts_at(parent_.get(), name.c_str()) : std::nullopt;
        if (!facts) return packer_.problem(change.path, "vanished while the tree was read");
        if (facts->kind != change.kind) return packer_.problem(change.path, "was replaced while the tree was read");
        if (facts->kind != Kind::directory) return offer(change, name, -1, *facts);
        const UniqueFd directory = open_directory(parent_.get(), name.c_str());
        if (!directory) return packer_.problem(change.path, "cannot be read: " + last_error().message());
        offer(change, name, directory.get(), facts_of(directory.get()));
    }

private:
    void offer(const Change& change, const std::string& name, int directory, const Facts& facts) {
        (void)packer_.visit({change.path, name.c_str(), parent_.get(), directory, facts});
    }
    int root_;
    Packer& packer_;
    std::string above_;
    UniqueFd parent_;
};

/// Where each entry that was stored belongs, and what it replaces.
class Placement final : public Witness {
public:
    explicit Placement(SplicePlan& plan) : plan_(plan) {}
    void stored(const Entry&, std::uint64_t, bool) override {
        plan_.anchors.push_back(current->anchor);
        if (current->replaces >= 0) replaced.push_back(static_cast<std::size_t>(current->replaces));
    }
    const Change* current = nullptr;
    std::vector<std::size_t> replaced;

private:
    SplicePlan& plan_;
};

/// A directory that could not be stored anew stays as it was: what it holds must not be left without.
std::vector<std::uint64_t> cuts_of(const Ledger& ledger, const Comparison& comparison,
                                   const std::vector<Change>& changes, const std::vector<std::size_t>& replaced) {
    std::vector<bool> stays(ledger.size());
    for (std::size_t i = 0; i < ledger.size(); ++i) stays[i] = comparison.keeps(i);
    for (const Change& change : changes)
        if (change.replaces >= 0) stays[static_cast<std::size_t>(change.replaces)] = true;
    for (const std::size_t i : replaced) stays[i] = false;
    std::vector<std::uint64_t> cuts;
    for (std::size_t i = 0; i < ledger.size(); ++i)
        if (!stays[i]) cuts.push_back(ledger[i].offset());
    std::sort(cuts.begin(), cuts.end());
    return cuts;
}

}  // namespace

Value catch_up(Job& job) {
    const Excludes excludes = job.excludes();
    const Ledger ledger(job.descriptor("ledger"));
    Comparison comparison(job, ledger, excludes, job.arguments()["since"].num());
    walk(job.root(), comparison);
    const std::vector<Change> changes = comparison.take_changes();
    ArchiveWriter archive(job.descriptor("out"), Format::tar_zst, Level::fast);
    Packer packer(job, archive.tar(), archive.index(), excludes);
    SplicePlan plan;
    Placement placement(plan);
    packer.report_to(placement);
    SinglePacker single(job.root(), packer);
    for (const Change& change : changes) {
        placement.current = &change;
        single.store(change);
    }
    plan.first_end = static_cast<std::uint64_t>(job.arguments()["members_end"].num());
    plan.second_end = archive.tar().next_offset();
    plan.cuts = cuts_of(ledger, comparison, changes, placement.replaced);
    write_plan(job.descriptor("plan"), plan);
    Packer::Counts counts = packer.counts();
    counts.sockets = comparison.sockets();
    counts.unreadable += comparison.unreadable();
    counts.changed += comparison.vanished();
    return archive.finish({}, to_value(counts)).set("left_out", std::uint64_t{plan.cuts.size()});
}

}  // namespace jailctl::tree::actions

#include "actions.hpp"
#include "archive/archive_writer.hpp"
#include "archive/ledger.hpp"
#include "archive/packer.hpp"

namespace jailctl::tree::actions {
namespace {

/// The live pass of two: what it stored is written down for the second one (actions/catch_up.cpp).
Value pack_remembering(Job& job, ArchiveWriter& archive, Packer& packer) {
    LedgerWriter ledger(job.descriptor("ledger"));
    packer.report_to(ledger);
    walk(job.root(), packer);
    ledger.finish();
    const std::uint64_t end = archive.tar().next_offset();
    return archive.finish(job.arguments()["description"], to_value(packer.counts())).set("members_end", end);
}

}  // namespace

Value pack(Job& job) {
    ArchiveWriter archive(job.descriptor("out"), format_of(job.arguments()), level_of(job.arguments()),
                          job.arguments()["read_back"].truth());
    Packer packer(job, archive.tar(), archive.index(), job.excludes());
    packer.look_ahead(job.root());
    if (job.has_descriptor("ledger")) return pack_remembering(job, archive, packer);
    walk(job.root(), packer);
    return archive.finish(job.arguments()["description"], to_value(packer.counts()));
}

}  // namespace jailctl::tree::actions

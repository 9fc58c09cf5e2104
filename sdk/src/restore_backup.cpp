#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/services/backup_backend.hpp"
#include "jailctl/sdk/tree.hpp"

namespace jailctl {

std::uint64_t BackupBackend::restored_size(Invocation&, const std::string&) { return 0; }

Value BackupBackend::restore(Invocation& invocation, const std::string& name, const RestoreTarget& target) {
    const OpenBackup backup = open(invocation, name);
    const bool whole = backup.vouched || target.trust;
    const TreeJob job{.action = "unpack",
                      .arguments = Value::object().set("trusted", backup.vouched).set("vouched", target.trust),
                      .root = target.directory,
                      .id_base = whole ? std::optional<std::uint32_t>() : target.ids,
                      .read_only = false,
                      .descriptors = {{"archive", backup.stream.get()}},
                      .on_progress = target.on_progress,
                      .on_note = {}};
    Value unpacked = run_tree(job);
    if (unpacked["entries"].num() == 0) throw Error(Errc::invalid, "the archive is empty: it holds no jail");
    if (backup.finish) backup.finish();
    return unpacked.set("vouched", backup.vouched);
}

}  // namespace jailctl

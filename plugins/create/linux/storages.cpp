#include "storages.hpp"

#include "storage_btrfs.hpp"
#include "storage_zfs.hpp"

namespace jailctl::create {

std::vector<std::string> storage_names() { return {"dir", "btrfs", "zfs"}; }

void provide_storages(Registrar& host) {
    host.provide<Storage>("dir", std::make_unique<DirStorage>());
    host.provide<Storage>("btrfs", std::make_unique<BtrfsStorage>());
    host.provide<Storage>("zfs", std::make_unique<ZfsStorage>(ZfsProgram()));
}

}  // namespace jailctl::create

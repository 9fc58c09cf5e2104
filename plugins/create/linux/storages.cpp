#include "storages.hpp"

#include "storage_btrfs.hpp"

namespace jailctl::create {

std::vector<std::string> storage_names() { return {"dir", "btrfs"}; }

void provide_storages(Registrar& host) {
    host.provide<Storage>("dir", std::make_unique<DirStorage>());
    host.provide<Storage>("btrfs", std::make_unique<BtrfsStorage>());
}

}  // namespace jailctl::create

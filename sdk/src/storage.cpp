#include "jailctl/sdk/services/storage.hpp"

#include <sys/stat.h>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/rootfs.hpp"

namespace jailctl {

Storage& storage_of(Invocation& invocation, const Jail& jail) {
    const std::string& name = jail.settings["STORAGE"].text;
    return invocation.services().get<Storage>(name.empty() || name == "auto" ? "dir" : name);
}

Value tree_arguments(const Jail& jail, const std::string& name) {
    return Value::object().set("root", jail.root.string()).set("name", name);
}

Value identified_tree(const Jail& jail, const std::string& name) {
    const auto path = jail.root.parent_path() / name;
    struct stat facts {};
    if (::fstat(Rootfs::open(path).fd(), &facts) != 0) throw_errno("cannot look at " + path.string());
    return tree_arguments(jail, name)
        .set("device", static_cast<std::int64_t>(facts.st_dev))
        .set("inode", static_cast<std::int64_t>(facts.st_ino));
}

}  // namespace jailctl

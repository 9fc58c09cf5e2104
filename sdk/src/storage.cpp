#include "jailctl/sdk/services/storage.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <chrono>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/tree_hold.hpp"

namespace jailctl {

namespace {

// In the order of Staging.
constexpr std::string_view purposes[] = {"create", "restore", "upgrade", "base", "trash", "snapshot"};

std::string name_of(const Jail& jail, std::string_view purpose) {
    return ".jailctl-" + std::string(purpose) + "-" + jail.name.key();
}

}  // namespace

bool Storage::suits(const std::filesystem::path&) { return false; }

std::string Storage::no_snapshot_because(const std::filesystem::path&) {
    return "it is kept as a plain directory (STORAGE=dir)";
}

void Storage::snapshot(const std::filesystem::path& root, const std::string&) {
    throw Error(Errc::unsupported, "no snapshot of " + root.string() + " can be taken: " + no_snapshot_because(root));
}

std::filesystem::path Storage::open_snapshot(const std::filesystem::path& root, const std::string& name) {
    return root.parent_path() / name;
}

bool Storage::keeps(const std::filesystem::path&, const std::string&) { return false; }

std::string staging_name(const Jail& jail, Staging purpose) {
    return name_of(jail, purposes[static_cast<std::size_t>(purpose)]);
}

std::vector<std::string> staging_names(const Jail& jail) {
    std::vector<std::string> names;
    for (const auto purpose : purposes) names.push_back(name_of(jail, purpose));
    return names;
}

std::filesystem::path beside(const Jail& jail, const std::string& name) { return jail.root.parent_path() / name; }

void require_nobody_at_work(Invocation& invocation, const Jail& jail, const std::string& cannot,
                            std::optional<Staging> but) {
    using Clock = std::chrono::steady_clock;
    const auto until = Clock::now() + invocation.options().wait;
    in_context("jail " + jail.name.text() + " " + cannot, [&] {
        for (const auto& name : staging_names(jail)) {
            if (but && name == staging_name(jail, *but)) continue;
            const auto left = std::max(until - Clock::now(), Clock::duration::zero());
            require_unheld(beside(jail, name), std::chrono::ceil<std::chrono::seconds>(left));
        }
    });
}

Storage& storage_of(Invocation& invocation, const Jail& jail) {
    ServiceDirectory& services = invocation.services();
    const std::string& name = jail.settings["STORAGE"].text;
    if (!name.empty() && name != "auto") return services.get<Storage>(name);
    for (const auto& provider : services.providers(Storage::id))
        if (auto& storage = services.get<Storage>(provider); storage.suits(jail.root)) return storage;
    return services.get<Storage>("dir");
}

Storage& keeper_of(Invocation& invocation, const Jail& jail, const std::filesystem::path& root,
                   const std::string& name) {
    ServiceDirectory& services = invocation.services();
    for (const auto& provider : services.providers(Storage::id))
        if (auto& storage = services.get<Storage>(provider); storage.keeps(root, name)) return storage;
    return storage_of(invocation, jail);
}

Value tree_arguments(const Jail& jail, const std::string& name) {
    return Value::object().set("root", jail.root.string()).set("name", name);
}

Value identified_tree(const Jail& jail, const std::string& name) {
    const auto path = beside(jail, name);
    struct stat facts {};
    if (::fstat(Rootfs::open(path).fd(), &facts) != 0) throw_errno("cannot look at " + path.string());
    return tree_arguments(jail, name)
        .set("device", static_cast<std::int64_t>(facts.st_dev))
        .set("inode", static_cast<std::int64_t>(facts.st_ino));
}

}  // namespace jailctl

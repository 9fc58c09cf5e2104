// Whether what stands at a jail's root is what a command needs: the same words in all of them.
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {

Error not_created(const Jail& jail) {
    return Error(Errc::not_found, jail.name.text() + " has not been created: nothing at " + jail.root.string())
        .with_hint("create it: jailctl create " + jail.name.text());
}

void require_created(const Jail& jail) {
    const RootState state = root_state(jail.root);
    if (state == RootState::present) return;
    if (state != RootState::not_a_directory) throw not_created(jail);
    throw Error(Errc::invalid, jail.root.string() + ", where " + jail.name.text() + " should be, is no directory")
        .with_hint("look at what it is, and move it away");
}

void require_mount_points(const Rootfs& root, const std::filesystem::path& path) {
    for (const char* name : {"proc", "sys", "dev", "tmp", "run"})
        if (root.exists(name) && !root.is_directory(name))
            throw Error(Errc::invalid, "/" + std::string(name) + " of the jail is not a plain directory")
                .with_hint("replace it by an empty directory: " + escape_name((path / name).string()));
}

void require_unlocked(const Jail& jail, const std::string& so) {
    if (!Rootfs::open(jail.root).locked()) return;
    throw Error(Errc::denied, "the root of jail " + jail.name.text() + ", " + jail.root.string() +
                                  ", is immutable or append-only, so " + so)
        .with_hint("chattr -ia " + shell_word(jail.root.string()));
}

}  // namespace jailctl

// The command `cp`: files into a jail and out of it, whether it runs or not.
#include <boost/program_options/value_semantic.hpp>
#include <memory>

#include "../commands.hpp"
#include "copy.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/lock.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/state.hpp"
#include "jailctl/sdk/text.hpp"

namespace po = boost::program_options;

namespace jailctl::lifecycle {
namespace {

void copy(Invocation& invocation, bool keep_owners) {
    const auto& words = invocation.rest();
    if (words.size() != 2)
        throw Error(Errc::usage, "cp needs what to copy and where to")
            .with_hint("jailctl cp FILE JAIL:PATH, or jailctl cp JAIL:PATH FILE");
    const auto& configuration = invocation.configuration();
    const CopyPlace from = parse_place(configuration, words[0], false), to = parse_place(configuration, words[1], true);
    if ((from.jail == nullptr) == (to.jail == nullptr))
        throw Error(Errc::usage, from.jail == nullptr ? "neither " + from.shown + " nor " + to.shown + " is in a jail"
                                                      : "one side of cp is the host: jails share no files")
            .with_hint("JAIL:PATH is a path in a jail");
    const Jail& jail = from.jail != nullptr ? *from.jail : *to.jail;
    require_no_mistake(jail);
    in_context(jail.name.text(), [&] {
        // The command's words are no jails to the host, so the lock that it takes for others is taken here.
        const UniqueFd run_dir = StateDirectory::running(configuration).open("");
        const Lock lock = Lock::of_jail(run_dir.get(), jail.name, "cp", invocation.options().wait);
        if (!invocation.options().dry_run) recover(invocation, jail);  // as it does for commands that name jails
        require_created(jail);
        if (to.jail != nullptr) copy_in(invocation, from, to, keep_owners);
        else copy_out(invocation, from, to);
    });
}

}  // namespace

void tell_copied(Invocation& invocation, const std::string& from, const std::string& to, const Value& done) {
    const auto bytes = done["bytes"].num();
    const auto sockets = done["sockets"].num();  // of no use without the program that listens, which makes its own
    invocation.console().info(
        from + ": " + human_bytes(static_cast<std::uint64_t>(bytes)) + " to " + to +
        (sockets == 0 ? "" : ", without " + std::to_string(sockets) + (sockets == 1 ? " socket" : " sockets")));
    invocation.console().data(
        "copied", Value::object().set("entries", done["entries"]).set("bytes", bytes).set("sockets", sockets));
}

void add_cp(Registrar& host) {
    auto keep_owners = std::make_shared<bool>(false);
    Command cp;
    cp.name = "cp";
    cp.summary = "copy files into a jail, or out of it";
    cp.words = "FILE|DIR|- JAIL:PATH | JAIL:PATH FILE|DIR|-";
    cp.details =
        "A running jail or a stopped one. A directory goes with all it holds. Into a jail, files that stand there are "
        "replaced, and what is new belongs to its root; devices stay behind and are named. Out of a jail, a directory "
        "needs a free name; devices, set-id bits and what else could harm the host stay behind and are named. /proc, "
        "/sys, /dev and /run of a jail are not on its disk: 'jailctl exec' reaches them. '-' is standard input, or "
        "standard output, of one file.";
    cp.takes_rest = true;
    cp.despite_mistakes = true;  // of others
    cp.options.add_options()("archive,a", po::bool_switch(keep_owners.get()),
                             "into a jail: keep the numbers of owners and the set-id bits of files")(
        "recursive,r", "for the habit: a directory goes with all it holds without it");
    cp.run = [keep_owners](Invocation& invocation) { copy(invocation, *keep_owners); };
    host.add(std::move(cp));
    register_cp_undo(host);
}

}  // namespace jailctl::lifecycle

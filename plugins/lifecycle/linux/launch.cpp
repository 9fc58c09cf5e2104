#include "launch.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "birth.hpp"
#include "console.hpp"
#include "dev.hpp"
#include "device_filter.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/ids.hpp"
#include "jailctl/sdk/text.hpp"
#include "kernel.hpp"
#include "limits.hpp"
#include "mounts.hpp"
#include "namespaces.hpp"
#include "network/network.hpp"
#include "network/network_setting.hpp"
#include "report.hpp"
#include "root_use.hpp"

namespace jailctl::lifecycle {
namespace {

Rootfs open_root(const std::filesystem::path& path) {
    require_kernel();
    Rootfs root = Rootfs::open(path);
    require_mount_points(root, path);
    if (root.empty())
        throw Error(Errc::not_found, "there is nothing in " + escape_name(path.string()))
            .with_hint("create the jail first");
    return root;
}

struct stat facts_of(const Rootfs& root) {
    struct stat facts {};
    if (::fstat(root.fd(), &facts) != 0) throw_errno("cannot look at the jail's root");
    return facts;
}

std::string provider_of(const Jail& jail, bool network) {
    return network ? network_setting_of(jail).kind : "none";
}

}  // namespace

Launch::Launch(Invocation& invocation, const Jail& jail, LaunchRequest request)
    : invocation_(invocation),
      jail_(jail),
      request_(std::move(request)),
      root_(open_root(request_.root)),
      held_(unused_root(), request_.root, invocation.options().wait),
      provider_(provider_of(jail, request_.network)),
      network_(invocation.services().get<Network>(provider_)),
      limits_(resource_limits(jail.settings)),
      program_(request_.command.empty() ? choose_init(root_, jail.settings) : jail_init_for(request_.command)) {
    require_unused();
    for (const auto& sentence : network_.check(invocation.configuration(), jail)) invocation.console().warn(sentence);
    if (program_.image && request_.command.empty()) require_something_to_run(root_, request_.root.string());
    add_environment(program_, request_.environment);
    program_.confinement = confinement_of(jail.settings);
    program_.host_network = provider_ == host_network;
    if (request_.tells_readiness) notify_ = open_notify_channel(root_, program_);
}

/// Two inits in one root would write into the same files, each believing itself alone. What launches at the same moment
/// holds the root, too, so it is seen here or sees us.
void Launch::require_unused() const {
    const auto use = user_of_root(noted_roots(), facts_of(root_),
                                  Cgroup::name_for(invocation_.configuration(), jail_.name));
    if (!use) return;
    throw Error(Errc::busy, jail_.name.text() + " cannot be started: " + described(*use) + " runs from " +
                                escape_name(request_.root.string()) + " already")
        .with_hint("stop that one first: " + how_to_stop(*use));
}

/// Looked at before it is held as well: a process of a jail that runs from it can hold its /, and
/// would pass for a command.
int Launch::unused_root() const {
    require_unused();
    return root_.fd();
}

void Launch::make_groups(Cgroup& cgroup) {
    cgroup.make(limits_);
    note_root(cgroup.directory(), invocation_.configuration(), jail_, facts_of(root_));
    if (program_.confinement != Confinement::system) return;
    cgroup.divide(id_range(invocation_.configuration(), jail_.name));
    restrict_devices(cgroup.directory());
}

/// Mount points a root of another tool may lack, and the mounts that will cover them.
void Launch::prepare_root() {
    for (const char* name : {"proc", "sys", "dev"})
        if (!root_.exists(name)) root_.make_directory(name, 0755);
    root_mount_ = clone_root(root_.fd());
}

ChildProcess Launch::clone(const Cgroup& cgroup, const Pipe& go, int report) {
    Birth birth;
    birth.go = go.read.get();
    birth.root = root_mount_.get();
    birth.dev = dev_.get();
    if (sys_) birth.sys = sys_.get();
    birth.tasks = &cgroup.tasks();
    birth.hostname = jail_.name.text();
    birth.program = &program_;
    birth.output = console_ ? console_.get() : request_.output;
    birth.notify = notify_.theirs ? -1 : notify_.ours.get();
    birth.dies_with_us = request_.dies_with_us;
    return clone_into(jail_namespaces(!program_.host_network), cgroup.birthplace(), [&] {
        ::close(go.write.get());  // or the child would never see that we died
        run_child(report, [&] { be_born(birth); });
    });
}

Launched Launch::run(Operation& operation) {
    const std::string name = Cgroup::name_for(invocation_.configuration(), jail_.name);
    const Value group = Value::object().set("cgroup", name);
    Launched launched{{}, Cgroup(name), provider_, {}, {}};
    Pipe go = make_pipe(), report = make_pipe();
    UniqueFd netns;
    operation.step("make the jail's control groups", {"cgroup.remove", group}, [&] { make_groups(launched.cgroup); });
    if (request_.keep_console)
        operation.step("make a place for what its init says", {"console.close", Value::object()}, [&] {
            console_ = open_console(invocation_, jail_, id_range(invocation_.configuration(), jail_.name),
                                    request_.speaker);
        });
    operation.step("start a process in namespaces of its own", {"runtime.kill", group}, [&] {
        const std::uint32_t base = id_range(invocation_.configuration(), jail_.name);
        prepare_root();
        dev_ = make_dev(base);
        if (program_.host_network) sys_ = make_sysfs();  // only who owns a network namespace may make its sysfs
        launched.init = clone(launched.cgroup, go, report.write.get());
        const UniqueFd process = open_process(launched.init.pid());
        write_id_maps(process.get(), base);
        map_ids(root_mount_.get(), open_namespace(process.get(), "user").get(), request_.root.string());
        reset_limits(launched.init.pid());
        netns = open_namespace(process.get(), "net");
    });
    if (operation.dry_run()) {
        operation.step("join the network: " + provider_, [] {});
        operation.step("run " + (program_.image ? "jail-init" : program_.arguments.front()) + " in the jail", [] {});
        launched.readiness = std::move(notify_.ours);
        return launched;
    }
    launched.network = network_.join(invocation_, operation, jail_, netns.get());
    // From here on others than we act in there: its undo comes before that of the network, whose rules hold them.
    operation.step("run " + (program_.image ? "jail-init" : program_.arguments.front()) + " in the jail",
                   {"runtime.kill", group}, [&] {
                       report.write.reset();
                       if (::write(go.write.get(), "g", 1) != 1) throw_errno("cannot wake the jail's first process");
                       hear_child(report.read);
                   });
    launched.readiness = std::move(notify_.ours);
    return launched;
}

}  // namespace jailctl::lifecycle

#include "examine.hpp"

#include <algorithm>
#include <map>

#include "configure.hpp"
#include "host_files.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/mounts.hpp"
#include "jailctl/sdk/occupants.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree_hold.hpp"
#include "name_servers.hpp"
#include "storage_dir.hpp"

namespace jailctl::create {

namespace {

constexpr std::chrono::milliseconds patience{1500};

/// Removes what stands there, if still no journal speaks of it.
void remove_staged(Invocation& in, const Jail& jail, const std::string& name) {
    if (interruptions(in.configuration()).contains(jail.name.key())) return;
    require_root_unused(in, jail, beside(jail, name));
    keeper_of(in, jail, jail.root, name).remove(jail.root, name);
}

void look_at_staged(const Examination& examination, const Jail& jail, const std::string& name) {
    const std::string& of = jail.name.text();
    const std::string path = beside(jail, name).string();
    const bool kept = keeper_of(examination.invocation, jail, jail.root, name).keeps(jail.root, name);
    if (const auto mounts = mounts_below(path); !kept && !mounts.empty()) {
        return examination.diagnosis.add(
            {"leftover-mount", of,
             "something is mounted on " + escape_name(mounts.front()) + ", in what a command for jail " + of + " left",
             "'umount " + shell_word(mounts.front()) + "'"});
    }
    examination.diagnosis.add(
        {"leftover-staging", of, path + " is left of a command for jail " + of + " that nothing is known of any more",
         "'jailctl doctor --fix' removes it, and so does 'jailctl delete " + of + "' where there is no such jail",
         "remove " + path, [jail, name](Invocation& in) { remove_staged(in, jail, name); }});
}

/// What has a journal is told with it, and goes with it; what is held is in the making by a command of another RUN_DIR.
void look_at_storage(const Examination& examination) {
    const Configuration& configuration = examination.invocation.configuration();
    const auto journalled = interruptions(configuration);
    for (const Jail& jail : configuration.jails) {
        if (journalled.contains(jail.name.key())) continue;
        examination.diagnosis.check("the directory of jail " + jail.name.text(), [&] {
            for (const auto& name : staging_names(jail))
                if (identity_of(jail.root, name) && !is_held_elsewhere(beside(jail, name)))
                    look_at_staged(examination, jail, name);
        });
    }
}

/// A name server and the jails that would use it.
struct Server {
    Address address;
    const Jail* first;    ///< of them
    std::string written;  ///< where it stands
};

/// Of jails with a network; those that have the host's have its loopback, too.
void note_servers(const Examination& examination, const Jail& jail, const std::string& host,
                  std::map<std::string, Server>& servers) {
    const SettingValue& setting = jail.settings["NAMESERVER"];
    const bool own = !split_words(setting.text).empty();
    const std::string written = own ? "NAMESERVER, " + setting.origin.text() : "the host's, for NAMESERVER is not set";
    for (const auto& address : name_servers_in(resolv_conf(jail, host))) {
        if (!address.is_loopback() || jail.settings["NETWORK"].text == "host") {
            servers.emplace(address.text(), Server{address, &jail, written});
            continue;
        }
        if (!servers.emplace(address.text(), Server{address, nullptr, written}).second) continue;
        examination.diagnosis.add({"name-server-loopback", "",
                                   "name server " + address.text() + " (" + written +
                                       ") is on the loopback, "
                                       "which jail " +
                                       jail.name.text() + " has for itself",
                                   "set NAMESERVER in jails.conf to one that jails reach"});
    }
}

void look_at_name_servers(const Examination& examination) {
    std::map<std::string, Server> servers;
    const std::string host = host_resolv_conf();
    for (const Jail& jail : examination.invocation.configuration().jails)
        if (jail.settings["NETWORK"].text != "none") note_servers(examination, jail, host, servers);
    std::erase_if(servers, [](const auto& server) { return server.second.first == nullptr; });
    std::vector<Address> addresses;
    for (const auto& [text, server] : servers) addresses.push_back(server.address);
    if (addresses.empty()) return;
    const auto answers = ask_name_servers(addresses, patience);
    auto answer = answers.begin();
    for (const auto& [text, server] : servers) {
        const DnsAnswer one = *answer++;
        if (one == DnsAnswer::answered) continue;
        examination.diagnosis.add(
            {"name-server-silent", "",
             "name server " + text + " of jail " + server.first->name.text() + " (" + server.written + ") " +
                 (one == DnsAnswer::refused ? "refuses to answer" : "does not answer"),
             "see whether it runs and lets this host ask ('dig @" + text + "'), or set NAMESERVER"});
    }
}

}  // namespace

void register_examination(Registrar& host) {
    host.on<Examination>([](const Examination& examination) {
        examination.diagnosis.check("what stands beside the jails", [&] { look_at_storage(examination); });
        examination.diagnosis.check("the name servers", [&] { look_at_name_servers(examination); });
    });
}

}  // namespace jailctl::create

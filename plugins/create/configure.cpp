#include "configure.hpp"

#include <vector>

#include "addons.hpp"
#include "host_files.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/lines.hpp"

namespace jailctl::create {

namespace {

// name="value" as sh reads it back: inside double quotes these four are special.
std::string assignment(const std::string& name, std::string_view value) {
    std::string out = name + "=\"";
    for (const char c : value) {
        if (c == '\\' || c == '"' || c == '$' || c == '`') out += '\\';
        out += c;
    }
    return out + "\"\n";
}

std::string first_label(const std::string& name) { return name.substr(0, name.find('.')); }

/// One with a scope ("fe80::1%eth0"), or that is none at all, is not.
bool names_loopback(const std::string& server) {
    try {
        return Address::parse_bare(server).is_loopback();
    } catch (const Error&) {
        return false;
    }
}

void write_rc_conf(const Jail& jail, const Rootfs& root, const Addons& addons) {
    const auto brought = addons.has("rc.conf") ? root.read("etc/rc.conf") : std::nullopt;
    if (!brought || jail.settings["RC_CONF"].is_set) {
        root.replace("etc/rc.conf", rc_conf(jail), 0644);
        return;
    }
    const bool ends_line = brought->empty() || brought->back() == '\n';
    root.replace("etc/rc.conf", *brought + (ends_line ? "" : "\n") + assignment("hostname", jail.name.text()), 0644);
}

}  // namespace

std::string rc_conf(const Jail& jail) {
    std::string out = assignment("hostname", jail.name.text());
    for (const auto& [name, value] : split_assignments(jail.settings["RC_CONF"].text)) {
        if (name == "hostname") continue;  // the name of the jail is its entry's, whatever RC_CONF says
        out += assignment(name, value);
    }
    return out;
}

std::string resolv_conf(const Jail& jail, std::string_view host) {
    std::string out;
    for (const auto& server : split_words(jail.settings["NAMESERVER"].text))
        out += "nameserver " + Address::parse_bare(server).text() + "\n";
    if (!out.empty()) return out;
    for (const auto line : lines_of(host)) {
        for (const std::string_view keyword : {"nameserver", "search", "domain", "options"}) {
            if (!line.starts_with(keyword) || line.size() == keyword.size()) continue;
            const char next = line[keyword.size()];
            if (next == ' ' || next == '\t') out.append(line).append("\n");
        }
    }
    return out;
}

bool only_loopback_servers(std::string_view resolv) {
    bool loopback = false;
    for (const auto line : lines_of(resolv)) {
        const auto words = split_words(line);
        if (words.size() < 2 || words[0] != "nameserver") continue;
        if (!names_loopback(words[1])) return false;
        loopback = true;
    }
    return loopback;
}

std::string hosts(const Jail& jail) {
    std::string out = "127.0.0.1\tlocalhost\n::1\tlocalhost\n";
    const std::string& name = jail.name.text();
    const std::string label = first_label(name);
    for (const auto& address : jail.addresses) {
        out += address.text() + "\t" + name + (label == name ? "" : " " + label) + "\n";
    }
    return out;
}

void write_configuration(Invocation& in, const Jail& jail, const Rootfs& root) {
    const Addons addons = Addons::open(in.configuration());
    write_rc_conf(jail, root, addons);
    const std::string resolv = resolv_conf(jail, host_resolv_conf());
    root.replace("etc/resolv.conf", resolv, 0644);
    if (only_loopback_servers(resolv)) {
        in.console().warn("the name server of " + jail.name.text() +
                          " is on the loopback, which a jail has for itself: set NAMESERVER in jails.conf");
    }
    if (!addons.has("hosts")) root.replace("etc/hosts", hosts(jail), 0644);
    root.replace("etc/hostname", jail.name.text() + "\n", 0644);
}

}  // namespace jailctl::create

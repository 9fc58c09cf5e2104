#include "identity.hpp"

#include <algorithm>
#include <vector>

#include "configure.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/lines.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"

namespace jailctl::create {
namespace {

// The types sshd has or had; a glob would need a walk of a directory that is not ours.
constexpr const char* key_types[] = {"rsa", "dsa", "ecdsa", "ed25519", "xmss", "ecdsa_sk", "ed25519_sk"};
constexpr const char* key_endings[] = {"_key", "_key.pub", "_key-cert.pub"};
constexpr const char* key_makers[] = {"usr/bin/ssh-keygen", "usr/local/bin/ssh-keygen"};
constexpr std::chrono::minutes keys_limit{2};

bool tells_of(const std::vector<std::string>& words, const Jail& jail) {
    if (words.empty() || words.front().starts_with('#')) return false;
    const auto names_jail = [&](const std::string& word) {
        return word == jail.name.text() || word == jail.name.key();
    };
    if (std::any_of(words.begin() + 1, words.end(), names_jail)) return true;
    return std::any_of(jail.addresses.begin(), jail.addresses.end(),
                       [&](const Address& address) { return address.text() == words.front(); });
}

void write_names(const Rootfs& root, const Jail& was, const Jail& jail) {
    root.replace("etc/hostname", jail.name.text() + "\n", 0644);
    if (const auto text = root.read("etc/rc.conf")) root.replace("etc/rc.conf", renamed_rc_conf(*text, jail), 0644);
    const auto text = root.read("etc/hosts");
    root.replace("etc/hosts", text ? renamed_hosts(*text, was, jail) : hosts(jail), 0644);
}

void forget_machine(const Rootfs& root) {
    // Empty, not missing: systemd fills it on the next start, and takes a missing one for a first boot.
    if (root.exists("etc/machine-id")) root.replace("etc/machine-id", "", 0444);
    if (root.is_directory("var/lib/dbus")) root.remove("var/lib/dbus/machine-id");
}

/// @return whether there were any
bool remove_host_keys(const Rootfs& root) {
    bool had = false;
    if (!root.is_directory("etc/ssh")) return had;
    for (const char* type : key_types) {
        for (const char* ending : key_endings) {
            const std::string file = std::string("etc/ssh/ssh_host_") + type + ending;
            had |= root.exists(file);
            root.remove(file);
        }
    }
    return had;
}

bool make_host_keys(Invocation& invocation, const Jail& jail, const std::filesystem::path& staging) {
    const Rootfs root = Rootfs::open(staging);
    for (const char* maker : key_makers) {
        if (!root.exists(maker)) continue;
        ExecRequest request;
        request.command = {std::string("/") + maker, "-A"};
        request.on_output = [&](std::string_view text) { invocation.console().verbose(text); };
        request.timeout = keys_limit;
        try {
            return invocation.services().get<JailRuntime>().run_once(invocation, jail, staging, request).ok();
        } catch (const Error& error) {
            if (error.code() == Errc::interrupted) throw;
            invocation.console().warn(error.what());
        }
    }
    return false;
}

}  // namespace

std::string renamed_rc_conf(std::string_view text, const Jail& jail) {
    std::string out;
    for (const auto line : lines_of(text))
        if (!line.starts_with("hostname=")) out.append(line).append("\n");
    return out + "hostname=\"" + jail.name.text() + "\"\n";
}

std::string renamed_hosts(std::string_view text, const Jail& was, const Jail& jail) {
    std::string out;
    for (const auto line : lines_of(text)) {
        const auto words = split_words(line);
        if (!tells_of(words, was) && !tells_of(words, jail)) out.append(line).append("\n");
    }
    const std::string own = hosts(jail);
    for (const auto line : lines_of(own))
        if (tells_of(split_words(line), jail)) out.append(line).append("\n");
    return out;
}

bool FileIdentity::renew(Invocation& invocation, const Jail& was, const Jail& jail,
                         const std::filesystem::path& staging) {
    const Rootfs root = Rootfs::open(staging);
    write_names(root, was, jail);
    forget_machine(root);
    return !remove_host_keys(root) || make_host_keys(invocation, jail, staging);
}

}  // namespace jailctl::create

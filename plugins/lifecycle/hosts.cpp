#include "hosts.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/lines.hpp"

namespace jailctl::lifecycle {
namespace {

constexpr const char* variable = "HOSTS";
constexpr const char* file = "etc/hosts";
constexpr std::string_view begin =
    "# jailctl: the jails of this host, written by start; HOSTS=no in jails.conf ends that";
constexpr std::string_view end = "# jailctl: end";
constexpr std::size_t most = 1 << 20;  // what read() takes

bool has_network(const Jail& jail) { return jail.settings["NETWORK"].text != "none"; }

bool wants_names(const Jail& jail) {
    const auto& wanted = jail.settings[variable].text;
    return (wanted.empty() || parse_yes_no(wanted)) && has_network(jail);
}

/// The line that begins at `at`, without its end.
std::string_view line_at(std::string_view text, std::size_t at) { return text.substr(at, text.find('\n', at) - at); }

/// Where the block that begins at `at` ends; a first line alone, whose last one somebody took away, is a block too.
std::size_t end_of_block(std::string_view text, std::size_t at) {
    const auto after = [&](std::size_t line) { return std::min(text.size(), line + line_at(text, line).size() + 1); };
    for (auto line = after(at); line < text.size(); line = after(line)) {
        if (line_at(text, line) == end) return after(line);
        if (line_at(text, line) == begin) break;
    }
    return after(at);
}

}  // namespace

void declare_hosts(Registrar& host) {
    host.declare({variable, "yes: start writes names and addresses of the other jails into /etc/hosts of the jail",
                  "yes", Scope::jail, [](const std::string& value) { (void)parse_yes_no(value); }});
}

void register_hosts_undo(Registrar& host) {
    host.undoer("hosts.temporary", [](Invocation&, const Jail& jail, const Value&) {
        if (root_state(jail.root) == RootState::present) Rootfs::open(jail.root).remove_temporary(file);
    });
}

std::string names_of_others(const Configuration& configuration, const Jail& jail) {
    std::string lines;
    if (!wants_names(jail)) return lines;
    for (const Jail& other : configuration.jails) {
        if (other.name == jail.name || other.name.key() == "localhost" || !has_network(other)) continue;
        for (const Address& address : other.addresses)
            if (!address.is_loopback()) lines += address.text() + "\t" + other.name.text() + "\n";
    }
    return lines;
}

std::string with_block(std::string_view text, std::string_view lines) {
    std::string block;
    if (!lines.empty()) block.append(begin).append("\n").append(lines).append(end).append("\n");
    std::string result;
    bool placed = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::string_view line = line_at(text, at);
        if (line == begin) {
            if (!placed) result += block;
            placed = true;
            at = end_of_block(text, at);
            continue;
        }
        result.append(line);
        if (at + line.size() < text.size()) result += '\n';
        at += line.size() + 1;
    }
    if (placed || block.empty()) return result;
    if (!result.empty() && result.back() != '\n') result += '\n';
    return result + block;
}

std::optional<Address> stale_address(std::string_view text, const Jail& jail) {
    const auto names_it = [&](const std::string& word) { return word == jail.name.text() || word == jail.name.key(); };
    for (const auto line : lines_of(text)) {
        const auto words = split_words(line.substr(0, line.find('#')));
        if (words.empty() || std::none_of(words.begin() + 1, words.end(), names_it)) continue;
        try {
            const Address address = Address::parse_bare(words.front());
            const auto own = std::find(jail.addresses.begin(), jail.addresses.end(), address);
            if (own == jail.addresses.end() && !address.is_loopback()) return address;
        } catch (const Error&) {  // a line that no resolver takes
        }
    }
    return std::nullopt;
}

std::optional<HostsChange> look_at_hosts(Invocation& invocation, const Jail& jail, const Rootfs& root) {
    const std::string lines = names_of_others(invocation.configuration(), jail);
    try {
        if (!root.is_directory("etc")) return std::nullopt;
        HostsChange change;
        std::string before;
        if (root.exists(file)) {
            const UniqueFd opened = root.open_file(file);
            struct stat found {};
            if (::fstat(opened.get(), &found) != 0) throw_errno("cannot look at /etc/hosts");
            change = {{}, found.st_mode & 0777U, found.st_uid, found.st_gid};
            before = read_all(opened.get(), most, "/etc/hosts");
        } else if (!lines.empty()) {
            before = "127.0.0.1\tlocalhost\n::1\tlocalhost\n";
        }
        if (const auto stale = wants_names(jail) ? stale_address(before, jail) : std::nullopt)
            invocation.console().warn("/etc/hosts of " + jail.name.text() + " gives it the address " + stale->text() +
                                      ", which JAILS does not: correct that line in the jail");
        change.text = with_block(before, lines);
        if (change.text.size() > most) throw Error(Errc::invalid, "it would be larger than 1 MiB");
        return change.text == before ? std::nullopt : std::optional(std::move(change));
    } catch (const Error& error) {
        if (!lines.empty())
            invocation.console().warn("/etc/hosts of " + jail.name.text() +
                                      " is left without the names of the other jails: " + error.what());
        return std::nullopt;
    }
}

void write_hosts(Invocation& invocation, const Jail& jail, const Rootfs& root, const HostsChange& change) {
    try {
        root.replace(file, change.text, change.mode, change.uid, change.gid);
    } catch (const Error& error) {
        if (error.code() == Errc::interrupted) throw;
        invocation.console().warn("/etc/hosts of " + jail.name.text() +
                                  " is left without the names of the other jails: " + error.what());
    }
}

}  // namespace jailctl::lifecycle

#include "settings.hpp"

#include <cmath>
#include <cstdlib>

#include "jailctl/sdk/error.hpp"
#include "hosts.hpp"
#include "platform.hpp"
#include "readiness.hpp"
#include "start_after.hpp"

namespace jailctl::lifecycle {
namespace {

void check_limit(const std::string& value, void (*parse)(std::string_view)) {
    if (!value.empty() && value != "none") parse(value);
}

}  // namespace

std::string limit_text(const Settings& settings, std::string_view variable) {
    const std::string& text = settings[variable].text;
    return text == "none" ? std::string{} : text;
}

std::uint64_t parse_memory(std::string_view text) {
    const std::uint64_t bytes = parse_bytes(text);
    if (bytes >= 1U << 20U) return bytes;
    throw Error(Errc::invalid, "less than 1M: no jail can start with that");
}

double parse_cpus(std::string_view text) {
    const std::string copy(text);
    char* end = nullptr;
    const bool plain = copy.find_first_not_of("0123456789.") == std::string::npos && !copy.empty();
    const double cpus = plain ? std::strtod(copy.c_str(), &end) : 0;
    if (!plain || *end != '\0' || cpus < 0.01 || cpus > 4096)
        throw Error(Errc::invalid, "not a number of processors: 0.01 to 4096, such as 1.5");
    return cpus;
}

std::int64_t parse_pids(std::string_view text) { return parse_number(text, 1, 4194304); }

std::int64_t parse_io_weight(std::string_view text) { return parse_number(text, 1, 10000); }

std::chrono::seconds stop_timeout(const Settings& settings) {
    return std::chrono::seconds(parse_seconds(settings["STOP_TIMEOUT"].text));
}

void declare_variables(Registrar& host) {
    declare_start_after(host);
    declare_readiness(host);
    declare_hosts(host);
    host.declare({"START_COMMAND", "what runs as the first process of the jail (default: its /sbin/init, else /etc/rc "
                                   "under jail-init)", "", Scope::jail, {}});
    host.declare({"STOP_TIMEOUT", "how long stop waits for init before it kills; 0: not at all", "60s", Scope::jail,
                  [](const std::string& value) { (void)parse_seconds(value); }});
    host.declare({"STOP_SIGNAL", "the signal that makes init power off (default: by the kind of init)", "", Scope::jail,
                  [](const std::string& value) { if (!value.empty()) check_signal(value); }});
    host.declare({"MEMORY", "limit of memory in bytes, swap included: 512M, 2G, none", "", Scope::jail,
                  [](const std::string& value) {
                      check_limit(value, [](std::string_view text) { (void)parse_memory(text); });
                  }});
    host.declare(
        {"CPUS", "limit of processor time in processors: 0.5, 2, none", "", Scope::jail,
         [](const std::string& value) { check_limit(value, [](std::string_view text) { (void)parse_cpus(text); }); }});
    host.declare({"PIDS", "limit of processes and threads, or none", "4096", Scope::jail, [](const std::string& value) {
                      check_limit(value, [](std::string_view text) { (void)parse_pids(text); });
                  }});
    host.declare({"IO_WEIGHT",
                  "share of block devices while others want them too, 1 to 10000 (a jail without has 100), or none", "",
                  Scope::jail, [](const std::string& value) {
                      check_limit(value, [](std::string_view text) { (void)parse_io_weight(text); });
                  }});
    host.declare({"USERNS", "user namespace of the jail's own: yes", "yes", Scope::jail, [](const std::string& value) {
                      if (!parse_yes_no(value))
                          throw Error(Errc::invalid, "this version does not start jails without a user namespace");
                  }});
    host.declare({"CAPABILITIES", "what root may do in the jail: default, or system for a jail whose init is systemd",
                  "default", Scope::jail,
                  [](const std::string& value) {
                      if (value != "default" && value != "system")
                          throw Error(Errc::invalid, "not a set of capabilities: default or system");
                  },
                  inspect_capabilities});
}

}  // namespace jailctl::lifecycle

#include "exposition.hpp"

#include <functional>
#include <optional>

namespace jailctl::lifecycle {
namespace {

std::string label_value(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

bool runs(const JailSample& sample) { return sample.status.running && sample.status.running->id > 0; }

/// One family: its name, what it is, and its value for a jail that has one.
struct Family {
    const char *name, *type, *help;
    std::function<std::optional<std::string>(const JailSample&)> value;
};

std::optional<std::string> known(std::int64_t number) {
    return number < 0 ? std::nullopt : std::optional(std::to_string(number));
}

const std::vector<Family>& families() {
    static const std::vector<Family> all{
        {"jailctl_jail_running", "gauge", "Whether the jail runs.",
         [](const JailSample& sample) { return std::string(runs(sample) ? "1" : "0"); }},
        {"jailctl_jail_start_time_seconds", "gauge", "When the jail was started, in Unix time.",
         [](const JailSample& sample) { return runs(sample) ? known(sample.status.running->started) : std::nullopt; }},
        {"jailctl_jail_tasks", "gauge", "Processes and threads in the jail.",
         [](const JailSample& sample) { return known(sample.usage.tasks); }},
        {"jailctl_jail_memory_bytes", "gauge", "Memory charged to the jail.",
         [](const JailSample& sample) { return known(sample.usage.memory); }},
        {"jailctl_jail_cpu_seconds_total", "counter", "Processor time the jail has used since its start.",
         [](const JailSample& sample) {
             return sample.usage.cpu_seconds < 0 ? std::nullopt
                                                 : std::optional(std::to_string(sample.usage.cpu_seconds));
         }},
        {"jailctl_jail_io_bytes_total", "counter", "Bytes the jail has read from and written to block devices.",
         [](const JailSample& sample) { return known(sample.usage.io_bytes); }},
        {"jailctl_jail_disk_bytes", "gauge", "What the tree of the jail takes on its disk.",
         [](const JailSample& sample) { return known(sample.disk); }},
        {"jailctl_jail_last_backup_time_seconds", "gauge",
         "When the newest usable backup this host knows of was taken, in Unix time.",
         [](const JailSample& sample) { return known(sample.last_backup); }},
    };
    return all;
}

std::string head(const char* name, const char* type, const char* help) {
    return "# HELP " + std::string(name) + " " + help + "\n# TYPE " + name + " " + type + "\n";
}

}  // namespace

std::string exposition(const std::vector<JailSample>& samples) {
    std::string text = head("jailctl_jail_info", "gauge", "State of the jail, as a label; always 1.");
    for (const JailSample& sample : samples)
        text += "jailctl_jail_info{jail=" + label_value(sample.status.name) + ",state=" + label_value(sample.state) +
                "} 1\n";
    for (const Family& family : families()) {
        text += head(family.name, family.type, family.help);
        for (const JailSample& sample : samples)
            if (const auto value = family.value(sample))
                text += std::string(family.name) + "{jail=" + label_value(sample.status.name) + "} " + *value + "\n";
    }
    return text;
}

}  // namespace jailctl::lifecycle

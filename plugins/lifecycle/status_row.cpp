#include "status_row.hpp"

#include "jailctl/sdk/table.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::lifecycle {
namespace {

std::string text_of(const BackupInfo& backup) {
    std::string text = "backup " + timestamp(backup.taken) + " " + std::string(grade_name(backup.grade));
    if (!backup.problem.empty()) return text + ", unusable";
    return backup.verified == 0 ? text + ", not verified" : text;
}

std::string label_of(const JailStatus& status) {
    std::string label = std::string(1, status.mark) + status.name;
    if (!status.addresses.empty()) label += " (" + joined(status.addresses) + ")";
    if (runs(status) && status.running->network == "host") label += " in the host's network";
    return label;
}

std::vector<std::string> remarks_of(const JailStatus& status, const More& more) {
    std::vector<std::string> remarks = more.usage ? more.usage->network : std::vector<std::string>{};
    if (status.next_addresses)
        remarks.push_back("JAILS has " +
                          (status.next_addresses->empty() ? "no address" : joined(*status.next_addresses)) +
                          " for it by now, which its next start takes");
    if (!status.problem.empty()) remarks.push_back(status.problem);
    for (auto& remark : remarks) remark = status.name + ": " + remark;
    return remarks;
}

}  // namespace

bool runs(const JailStatus& status) { return status.running && status.running->id > 0; }

StatusRow row_of(const JailStatus& status, const More& more) {
    std::string id, up, tasks, memory, cpu, disk, backup;
    if (more.usage) {
        const JailUsage& usage = more.usage->usage;
        id = "id " + std::to_string(status.running->id);
        up = "up " + human_seconds(static_cast<double>(more.usage->uptime));
        if (usage.tasks >= 0) tasks = "tasks " + std::to_string(usage.tasks);
        if (usage.memory >= 0) memory = "memory " + human_bytes(static_cast<std::uint64_t>(usage.memory));
        if (usage.cpu_seconds >= 0) cpu = "cpu " + human_seconds(usage.cpu_seconds);
    }
    if (more.disk >= 0) disk = "disk " + human_bytes(static_cast<std::uint64_t>(more.disk));
    if (more.last_backup) backup = text_of(*more.last_backup);
    return {{label_of(status), id, up, tasks, memory, cpu, disk, backup}, remarks_of(status, more)};
}

std::vector<std::string> table_of(const std::vector<StatusRow>& rows) {
    std::vector<std::vector<std::string>> cells;
    for (const auto& row : rows) cells.push_back(row.cells);
    const auto first_lines = in_columns(cells);
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        lines.push_back(first_lines[i]);
        for (const auto& remark : rows[i].remarks) lines.push_back("    " + remark);
    }
    return lines;
}

}  // namespace jailctl::lifecycle

#include "examine.hpp"

#include "containment.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/examination.hpp"

namespace jailctl::scripts {

namespace {

std::string message_of(const Abandoned& group) {
    std::string text = "control group jailctl/" + group.name + " is left of a script whose jailctl was killed";
    if (group.processes == 0) return text;
    return text + ", and " + (group.processes == 1 ? "a process" : std::to_string(group.processes) + " processes") +
           " of it still run" + (group.processes == 1 ? "s" : "") + ", without any limit of time";
}

void look_at_groups(const Examination& examination) {
    for (const auto& group : abandoned(examination.invocation.configuration()))
        examination.diagnosis.add(
            {"leftover-hook", "", message_of(group),
             "'jailctl doctor --fix' ends it, and so does the next script or start of a jail",
             (group.processes > 0 ? "kill what runs in control group jailctl/" + group.name + " and remove it"
                                  : "remove control group jailctl/" + group.name),
             [name = group.name](Invocation&) { end_abandoned(name); }});
}

}  // namespace

void register_examination(Registrar& host) {
    host.on<Examination>([](const Examination& examination) {
        examination.diagnosis.check("the control groups of scripts", [&] { look_at_groups(examination); });
    });
}

void end_all_abandoned(const Configuration& configuration) noexcept {
    std::vector<Abandoned> groups;
    try {
        groups = abandoned(configuration);
        clear_let_go(configuration);
    } catch (const std::exception&) {
        return;
    }
    for (const auto& group : groups) {
        try {
            end_abandoned(group.name);
        } catch (const std::exception&) {  // doctor tells of it; those behind it are to go all the same
        }
    }
}

}  // namespace jailctl::scripts

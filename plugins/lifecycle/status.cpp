// The command `status`: what jail_status.hpp finds out, as the original's lines and as JSON.
#include <algorithm>
#include <chrono>
#include <utility>

#include <boost/program_options/value_semantic.hpp>

#include "commands.hpp"
#include "disk.hpp"
#include "exposition.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/events.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/text.hpp"
#include "status_row.hpp"

namespace po = boost::program_options;

namespace jailctl::lifecycle {
namespace {

enum class Form { brief, wide, prometheus };

std::string_view state_name(char mark) {
    switch (mark) {
    case '*': return "running";
    case '~': return "frozen";
    case ' ': return "stopped";
    case '!': return "not created";  // the legend alone has the word of the original, which it never was
    default: return "broken";
    }
}

std::optional<Usage> usage_if(bool wide, const Configuration& configuration, const JailStatus& status) {
    if (!wide || !runs(status)) return std::nullopt;
    return Usage{usage_of(configuration, JailName(status.name)),
                 std::max<std::int64_t>(0, unix_now() - status.running->started),
                 network_problems_of(configuration, JailName(status.name))};
}

/// Of one small file; what is not known is not shown. A sample is for an alert on its age, and
/// only a usable one ends that.
std::optional<BackupInfo> last_backup_if(Form form, Invocation& invocation, const JailStatus& status) {
    if (form == Form::brief || !invocation.services().has(JailBackup::id)) return std::nullopt;
    try {
        const JailBackup& backups = invocation.services().get<JailBackup>();
        return backups.last(invocation.configuration(), JailName(status.name),
                            form == Form::prometheus ? JailBackup::Which::usable : JailBackup::Which::any);
    } catch (const Error&) {
        return std::nullopt;
    }
}

/// One jail that cannot be measured keeps nobody from seeing the others.
std::int64_t disk_if(bool asked, Invocation& invocation, const JailStatus& status) {
    if (!asked) return -1;
    try {
        return disk_of(invocation.configuration(), status);
    } catch (Error& error) {
        if (error.code() == Errc::interrupted) throw;
        invocation.console().warn(error.add_context("what " + status.name + " takes on its disk is not known").what());
        return -1;
    }
}

void add_usage(Value& data, const Usage& wide) {
    data.set("uptime", wide.uptime);
    if (wide.usage.tasks >= 0) data.set("tasks", wide.usage.tasks);
    if (wide.usage.memory >= 0) data.set("memory", wide.usage.memory);
    if (wide.usage.cpu_seconds >= 0) data.set("cpu", wide.usage.cpu_seconds);
    if (wide.network.empty()) return;
    data.set("network_problems", Value::array_of(wide.network));
}

Value value_of(const JailStatus& status, const More& more) {
    Value data = Value::object();
    data.set("name", status.name).set("state", state_name(status.mark)).set("root", status.root);
    data.set("addresses", Value::array_of(status.addresses));
    if (status.next_addresses) data.set("next_addresses", Value::array_of(*status.next_addresses));
    if (runs(status)) data.set("id", status.running->id).set("started", status.running->started);
    if (runs(status) && !status.running->network.empty()) data.set("network", status.running->network);
    if (more.usage) add_usage(data, *more.usage);
    if (more.disk >= 0) data.set("disk", more.disk);
    if (more.last_backup) data.set("last_backup", shown_backup(*more.last_backup));
    if (!status.problem.empty()) data.set("problem", status.problem);
    if (!status.occupant.empty()) data.set("occupied_by", status.occupant);
    return data;
}

/// The original's, which knows two marks; one of ours is explained where it stands below.
std::string legend(const std::vector<JailStatus>& jails, const std::vector<JailStatus>& strangers) {
    const auto marked = [&](char mark) {
        const auto has = [mark](const JailStatus& status) { return status.mark == mark; };
        return std::ranges::any_of(jails, has) || std::ranges::any_of(strangers, has);
    };
    return std::string("Jail status (*=running, !=not configured") + (marked('~') ? ", ~=frozen" : "") +
           (marked('?') ? ", ?=broken" : "") + "):";
}

/// One run of the command: prints each jail as it is looked at, and keeps the objects for --json.
class Report {
public:
    Report(Invocation& invocation, Form form, bool disk) : invocation_(invocation), form_(form), disk_(disk) {}

    void run() {
        HostView view = look_around(invocation_.configuration(), invocation_.services().get<JailRuntime>());
        std::vector<JailStatus> jails, strangers;
        for (const Jail& jail : invocation_.jails()) jails.push_back(look_at(view, jail));
        if (invocation_.all()) strangers = look_for_strangers(invocation_.configuration(), view);
        if (form_ != Form::prometheus) invocation_.console().line(legend(jails, strangers));
        for (std::size_t i = 0; i < jails.size(); ++i) add(invocation_.jails()[i], jails[i]);
        for (const auto& stranger : strangers) show(stranger);
        print(std::exchange(rows_, {}));
        if (form_ == Form::prometheus) invocation_.console().line(exposition(samples_));
        if (invocation_.console().json()) invocation_.console().data("jails", std::move(objects_));
        if (hidden_ > 0) invocation_.set_exit_status(hidden_ == invocation_.jails().size() ? 1 : 3);
    }

private:
    /// One jail with its events: a before-hook that says no hides its line.
    void add(const Jail& jail, const JailStatus& status) {
        if (jail.mistake) return show(status);  // which hooks are its own is not known
        const int id = status.running ? status.running->id : 0;
        try {
            const Leases leases = invocation_.hooks().fire(BeforeStatus{{invocation_, jail, id}});
            show(status);
            [[maybe_unused]] const Leases after =
                invocation_.hooks().fire(AfterStatus{{{invocation_, jail, id}, nullptr}});
        } catch (Error& error) {
            if (error.code() == Errc::interrupted) throw;
            invocation_.console().error(error.add_context(jail.name.text()).with_jail(jail.name.text()));
            ++hidden_;
        }
    }

    void show(const JailStatus& status) {
        const bool wide = form_ != Form::brief;
        const More more{usage_if(wide, invocation_.configuration(), status), last_backup_if(form_, invocation_, status),
                        disk_if(disk_, invocation_, status)};
        if (form_ == Form::prometheus)
            return samples_.push_back({status, state_name(status.mark), more.usage ? more.usage->usage : JailUsage{},
                                       more.last_backup ? more.last_backup->taken : -1, more.disk});
        if (wide || disk_)
            rows_.push_back(row_of(status, more));  // side by side: printed when all are known
        else
            print({row_of(status, more)});
        if (invocation_.console().json()) objects_.push(value_of(status, more));
    }

    void print(const std::vector<StatusRow>& rows) {
        for (const auto& line : table_of(rows)) invocation_.console().line(line);
    }

    Invocation& invocation_;
    Form form_;
    bool disk_;
    std::vector<JailSample> samples_;
    std::vector<StatusRow> rows_;
    Value objects_ = Value::array();
    std::size_t hidden_ = 0;
};

struct StatusOptions {
    bool wide = false, disk = false, prometheus = false;
    std::string watch;  ///< empty: once
};

void run_status(Invocation& invocation, const StatusOptions& options) {
    const bool json = invocation.options().json;
    if (options.prometheus && (json || !options.watch.empty()))
        throw Error(Errc::usage,
                    std::string("--prometheus is a format of its own, without ") + (json ? "--json" : "--watch"));
    if (json && !options.watch.empty())
        throw Error(Errc::usage, "--watch never ends, and --json is one document")
            .with_hint("repeat 'jailctl status --json'");
    const Form form = options.prometheus ? Form::prometheus : options.wide ? Form::wide : Form::brief;
    if (options.watch.empty()) return Report(invocation, form, options.disk).run();
    const auto interval = interval_of("--watch", options.watch);
    until_interrupted([&] {
        for (;; Interrupt::pause(interval)) {
            invocation.console().clear();
            Report(invocation, form, options.disk).run();
        }
    });
}

}  // namespace

void add_status(Registrar& host) {
    auto options = std::make_shared<StatusOptions>();
    Command status;
    status.name = "status";
    status.summary = "show which jails run";
    status.words = "[JAIL|all...]";
    status.details = "* running, blank stopped, ! not created, ~ frozen, ? broken (with the reason).";
    status.targets = Targets::optional_several;
    status.despite_mistakes = true;  // that the others run must be seen all the same
    status.options.add_options()
        ("wide,w", po::bool_switch(&options->wide), "also id, uptime, tasks, memory, processor time, last backup")
        ("disk", po::bool_switch(&options->disk), "also what each takes on its disk, which is gone through for that")
        ("watch", po::value(&options->watch)->implicit_value("2s")->value_name("TIME"),
         "show it again every so often, until Ctrl-C (default: 2s)")
        ("prometheus", po::bool_switch(&options->prometheus), "samples in the text format of Prometheus");
    status.run = [options](Invocation& invocation) { run_status(invocation, *options); };
    host.add(std::move(status));
}

}  // namespace jailctl::lifecycle

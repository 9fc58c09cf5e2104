// The command `top`: what running jails use at the moment.
#include <algorithm>
#include <boost/program_options/value_semantic.hpp>
#include <chrono>
#include <cmath>
#include <iomanip>
#include <memory>
#include <sstream>

#include "commands.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/text.hpp"
#include "live.hpp"
#include "platform.hpp"

namespace po = boost::program_options;

namespace jailctl::lifecycle {
namespace {

using Clock = std::chrono::steady_clock;

/// A running jail at one moment.
struct Moment {
    std::string name;
    int id = 0;
    std::int64_t started = 0;
    JailUsage usage;
};

struct Look {
    Clock::time_point when;
    std::vector<Moment> jails;
};

/// A jail between two looks; negative: not known.
struct Line {
    std::string name;
    double cpu = -1;  ///< per cent of one processor
    double io = -1;   ///< bytes a second
    JailUsage usage;
    std::int64_t uptime = 0;  ///< seconds
};

Look look(const Invocation& invocation, JailRuntime& runtime) {
    Look found{Clock::now(), {}};
    for (const Jail& jail : invocation.jails()) {
        const auto running = runtime.find(invocation.configuration(), jail.name);
        if (!running || running->id <= 0 || running->copy) continue;
        found.jails.push_back(
            {jail.name.text(), running->id, running->started, usage_of(invocation.configuration(), jail.name)});
    }
    return found;
}

double rate(double before, double after, double seconds) {
    return before < 0 || after < 0 || seconds <= 0 ? -1 : std::max(0.0, after - before) / seconds;
}

/// The busiest first. A jail that was not there before, or was another run of it, has no rates yet.
std::vector<Line> compare(const Look& before, const Look& after) {
    const double seconds = std::chrono::duration<double>(after.when - before.when).count();
    std::vector<Line> lines;
    for (const Moment& now : after.jails) {
        Line line{now.name, -1, -1, now.usage, std::max<std::int64_t>(0, unix_now() - now.started)};
        const auto then = std::find_if(before.jails.begin(), before.jails.end(), [&](const Moment& other) {
            return other.name == now.name && other.id == now.id;
        });
        if (then != before.jails.end()) {
            line.cpu = rate(then->usage.cpu_seconds, now.usage.cpu_seconds, seconds);
            if (line.cpu >= 0) line.cpu *= 100;
            line.io = rate(static_cast<double>(then->usage.io_bytes), static_cast<double>(now.usage.io_bytes), seconds);
        }
        lines.push_back(std::move(line));
    }
    std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.cpu > b.cpu; });
    return lines;
}

std::string bytes_or_dash(double bytes) { return bytes < 0 ? "-" : human_bytes(static_cast<std::uint64_t>(bytes)); }

std::string table_of(const std::vector<Line>& lines) {
    std::size_t width = 4;
    for (const Line& line : lines) width = std::max(width, line.name.size());
    std::ostringstream text;
    const auto row = [&](const std::string& name, const std::vector<std::string>& cells) {
        text << std::left << std::setw(static_cast<int>(width)) << name << std::right;
        for (const std::string& cell : cells) text << "  " << std::setw(10) << cell;
        text << "\n";
    };
    row("jail", {"cpu %", "memory", "tasks", "io/s", "up"});
    for (const Line& line : lines) {
        std::ostringstream cpu;
        cpu << std::fixed << std::setprecision(1) << line.cpu;
        row(line.name, {line.cpu < 0 ? "-" : cpu.str(), bytes_or_dash(static_cast<double>(line.usage.memory)),
                        line.usage.tasks < 0 ? "-" : std::to_string(line.usage.tasks), bytes_or_dash(line.io),
                        human_seconds(static_cast<double>(line.uptime))});
    }
    if (lines.empty()) text << "no jail runs\n";
    return text.str();
}

Value value_of(const std::vector<Line>& lines) {
    Value jails = Value::array();
    for (const Line& line : lines) {
        Value jail = Value::object().set("name", line.name).set("uptime", line.uptime);
        if (line.cpu >= 0) jail.set("cpu_percent", std::round(line.cpu * 10) / 10);
        if (line.usage.memory >= 0) jail.set("memory", line.usage.memory);
        if (line.usage.tasks >= 0) jail.set("tasks", line.usage.tasks);
        if (line.io >= 0) jail.set("io_per_second", static_cast<std::int64_t>(line.io));
        jails.push(std::move(jail));
    }
    return jails;
}

void show(Invocation& invocation, std::chrono::seconds interval, bool once) {
    auto& runtime = invocation.services().get<JailRuntime>();
    Console& console = invocation.console();
    for (Look before = look(invocation, runtime);;) {
        Interrupt::pause(interval);
        Look after = look(invocation, runtime);
        const auto lines = compare(before, after);
        if (!once) console.clear();
        console.line(table_of(lines));
        if (console.json()) console.data("jails", value_of(lines));
        if (once) return;
        before = std::move(after);
    }
}

void run_top(Invocation& invocation, std::chrono::seconds interval, bool once) {
    if (once || invocation.console().json() || !on_terminal()) return show(invocation, interval, true);
    until_interrupted([&] { show(invocation, interval, false); });
}

struct TopOptions {
    std::string interval = "2s";
    bool once = false;
};

}  // namespace

void add_top(Registrar& host) {
    auto options = std::make_shared<TopOptions>();
    Command top;
    top.name = "top";
    top.summary = "show what running jails use";
    top.words = "[JAIL|all...]";
    top.details =
        "Processor (100 is one of them), memory, tasks and block device traffic, the busiest jail first. On a terminal "
        "it goes on until Ctrl-C; else, and with --json, it shows one interval.";
    top.targets = Targets::optional_several;
    top.despite_mistakes = true;  // what the others use must be seen all the same
    top.options.add_options()
        ("interval,i", po::value(&options->interval)->value_name("TIME"), "how long to measure each time (default: 2s)")
        ("once", po::bool_switch(&options->once), "one interval alone");
    top.run = [options](Invocation& invocation) {
        run_top(invocation, interval_of("--interval", options->interval), options->once);
    };
    host.add(std::move(top));
}

}  // namespace jailctl::lifecycle

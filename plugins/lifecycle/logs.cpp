// The command `logs`: what the first process of a jail said.
#include <boost/program_options/value_semantic.hpp>
#include <chrono>
#include <memory>

#include "commands.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/events.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "live.hpp"
#include "platform.hpp"
#include "whole_lines.hpp"

namespace po = boost::program_options;

namespace jailctl::lifecycle {
namespace {

constexpr std::chrono::milliseconds pause{200};

struct LogsOptions {
    std::string lines;
    bool follow = false;
};

std::int64_t lines_of(const LogsOptions& options) {
    if (options.lines.empty()) return -1;
    try {
        return parse_number(options.lines, 0, 1000000);
    } catch (const Error& error) {
        throw Error(Errc::usage, std::string("--lines: ") + error.what());
    }
}

/// @param count  negative: all
std::string_view last_lines(std::string_view text, std::int64_t count) {
    if (count < 0) return text;
    std::size_t begin = text.size();
    for (std::int64_t seen = 0; seen < count && begin > 0; ++seen) {
        const auto before = begin < 2 ? std::string_view::npos : text.rfind('\n', begin - 2);
        begin = before == std::string_view::npos ? 0 : before + 1;
    }
    return text.substr(begin);
}

void follow(Invocation& invocation, const Jail& jail, ConsoleReader& reader, WholeLines& lines) {
    auto& runtime = invocation.services().get<JailRuntime>();
    while (runtime.find(invocation.configuration(), jail.name)) {
        Interrupt::pause(pause);
        lines.add(reader.more());
    }
    lines.add(reader.more());
}

void show(Invocation& invocation, const Jail& jail, const LogsOptions& options) {
    Console& console = invocation.console();
    const std::int64_t count = lines_of(options);
    if (options.follow && console.json()) throw Error(Errc::usage, "--follow has no end, and so no --json");
    auto reader = ConsoleReader::open(invocation.configuration(), jail.name);
    if (!reader) require_created(jail);  // one that was deleted may have said something
    if (!reader)
        throw Error(Errc::not_found, "nothing is kept of what the init of " + jail.name.text() + " said")
            .with_hint("it is kept from the next start on");
    const std::string all = reader->more();
    const std::string_view shown = last_lines(all, count);
    if (console.json()) return console.data("output", std::string(shown));
    WholeLines lines(console);
    lines.add(shown);
    if (options.follow) until_interrupted([&] { follow(invocation, jail, *reader, lines); });
    lines.finish();
}

}  // namespace

void add_logs(Registrar& host) {
    auto options = std::make_shared<LogsOptions>();
    Command logs;
    logs.name = "logs";
    logs.summary = "show what the init of a jail said";
    logs.words = "JAIL";
    logs.details =
        "Its standard output and error, with those of what it started without giving it others, since the last start; "
        "of a stopped jail those of its last run. A jail can say 1 MiB, then its writes fail until 'logs' makes room "
        "by dropping the older half. What services write to their own logs is not here: 'jailctl exec JAIL -- "
        "journalctl'.";
    logs.targets = Targets::one;
    logs.options.add_options()
        ("lines,n", po::value(&options->lines)->value_name("COUNT"), "only the last lines")
        ("follow,f", po::bool_switch(&options->follow), "go on with what comes, until the jail stops or Ctrl-C");
    logs.run_jail = [options](Invocation& invocation, const Jail& jail) {
        show(invocation, jail, *options);
        return Outcome::done();
    };
    host.add(std::move(logs));
    host.on<AfterDelete>([](const AfterDelete& deleted) {
        if (deleted.failure == nullptr && !deleted.invocation.options().dry_run)
            forget_console(deleted.invocation.configuration(), deleted.jail.name);
    });
}

}  // namespace jailctl::lifecycle

#include "application.hpp"

#include <algorithm>
#include <cstdlib>
#include <unistd.h>

#include "builtin/builtin.hpp"
#include "columns.hpp"
#include "command_line/parse.hpp"
#include "command_line/split.hpp"
#include "command_line/usage.hpp"
#include "console/stream_console.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/text.hpp"
#include "plugins/guard.hpp"
#include "plugins/names.hpp"
#include "registry/services.hpp"
#include "run/runner.hpp"

namespace jailctl::core {
namespace {

namespace fs = std::filesystem;

/// An end before anything was attempted, and the usage to print with it.
struct Refusal {
    Error error;
    std::string usage;
};

fs::path configuration_file(const Globals& globals) {
    if (!globals.config.empty()) return fs::absolute(globals.config);
    const char* from_environment = std::getenv("JAILCTL_CONF");
    if (from_environment != nullptr && *from_environment != '\0') return fs::absolute(from_environment);
    return install_paths().sysconf / "jails.conf";
}

class Application {
public:
    explicit Application(const std::vector<std::string>& arguments) : arguments_(arguments) {}

    Ending run() {
        try {
            read_line();
            prepare();
            execute();
        } catch (const Refusal& refusal) {
            refuse(refusal);
        } catch (const Error& error) {
            end_with(error);
        } catch (const std::exception& error) {
            end_with(Error(Errc::internal, std::string("jailctl failed: ") + error.what()));
        }
        return finish();
    }

private:
    /// Splits the line and settles how we talk.
    void read_line() {
        // Decided before the line is understood: an error in it is told the way the caller wants.
        const auto dashes = std::find(arguments_.begin(), arguments_.end(), "--");
        style_.json = std::find(arguments_.begin(), dashes, "--json") != dashes;
        style_.text_to_stderr = style_.json;
        style_.color_err = use_color(0, 2);
        console_.restyle(style_);
        try {
            line_ = split_line(arguments_);
            host_.globals = parse_globals(line_.globals);
        } catch (const Error& error) {
            add_builtin_commands(host_);
            add_commands_of_plugins();
            throw Refusal{error, usage_text(host_.registry)};
        }
        const auto& globals = host_.globals;
        style_.quiet = globals.options.quiet;
        style_.verbose = globals.options.verbose;
        style_.color_err = use_color(static_cast<int>(globals.color), 2);
        style_.bars = ::isatty(2) == 1 && !style_.quiet;
        console_.restyle(style_);
        terminal_ = TerminalAsker(globals.options.batch);
        choose_command();
    }

    /// For the usage after a line that was not understood: what plugins add, as far as it can be told.
    void add_commands_of_plugins() {
        host_.globals = salvage_globals(arguments_);
        try {
            host_.draft = config::parse(configuration_file(host_.globals), Trust::root_or_caller);
            load();
        } catch (const std::exception&) {
            // the mistake in the line is what is told
        }
    }

    /// --version and --help are commands in other words.
    void choose_command() {
        const auto& globals = host_.globals;
        if (globals.version) line_ = {{}, "version", {}, {}};
        else if (line_.command.empty()) line_ = {{}, "help", {}, {}};
        else if (globals.help) line_ = {{}, "help", {line_.command}, {}};
        report_.command = line_.command;
    }

    /// Configuration as far as it can be read without plugins, plugins, registry, configuration.
    void prepare() {
        add_builtin_commands(host_);
        if (runs_without_anything(line_.command)) return;
        host_.draft = config::parse(configuration_file(host_.globals), Trust::root_or_caller);
        load();
        if (!keeps_quiet_about_plugins(line_.command)) warn_about_plugins();
        require_disabled_are_known();
        resolve();
    }

    void load() {
        const auto& globals = host_.globals;
        if (globals.no_plugins) return;
        auto disabled = globals.disabled;
        for (auto& name : split_words(host_.draft->value("PLUGIN_DISABLE"))) disabled.push_back(std::move(name));
        const auto directory = globals.plugin_dir.empty() ? install_paths().plugins : fs::path(globals.plugin_dir);
        load_plugins(host_.plugins, directory, disabled);
        Preferences prefer;
        try {
            prefer = parse_preferences(host_.draft->value("PLUGIN_PREFER"));
        } catch (const Error&) {
            // resolve() reports the value with its line
        }
        host_.registry.take_in(host_.plugins, prefer);
    }

    /// --disable-plugin with a word that is no plugin leaves in what was to be left out.
    void require_disabled_are_known() {
        if (host_.globals.no_plugins || !host_.plugins.directory_problem.empty()) return;
        for (const auto& name : host_.globals.disabled) {
            const auto unknown = unknown_plugin(host_.plugins, name);
            if (!unknown) continue;
            Error error(Errc::usage, std::string("--disable-plugin: ") + unknown->what());
            throw Refusal{error.with_hint(unknown->hint()), usage_text(host_.registry)};
        }
    }

    void warn_about_plugins() {
        const auto& plugins = host_.plugins;
        if (!plugins.directory_problem.empty()) console_.warn("no plugins are loaded: " + plugins.directory_problem);
        for (const auto& left : plugins.left_out)
            if (!left.asked_for) console_.warn("plugin " + left.name + " is left out: " + left.reason);
        for (const auto& problem : host_.registry.problems()) console_.warn(problem);
    }

    void resolve() {
        // With --plugin-dir the installed plugins and their variables are absent.
        const bool complete = !host_.globals.no_plugins && host_.globals.plugin_dir.empty() &&
                              host_.plugins.directory_problem.empty() && host_.plugins.left_out.empty();
        host_.resolution = config::resolve(*host_.draft, host_.registry.variables(),
                                           complete ? config::Plugins::complete : config::Plugins::some_missing);
    }

    void execute() {
        const CommandEntry& entry = find_command();
        const Command& command = *entry.command;
        report_.command = command.name;
        const auto words = parse_words(command);
        if (command.needs_root && ::geteuid() != 0)
            throw Error(Errc::denied, "jailctl " + command.name + " needs root");
        if (command.needs_configuration) require_configuration(command);
        const Resolved resolved = resolve_targets(command, words);
        changes_ = command.changes();
        if (changes_) before_change();
        if (command.run && command.targets == Targets::optional_several && !resolved.path) warn_of_mistakes(resolved);
        run_command(host_, entry, resolved, console_, report_);
        if (report_.ledger.failure && report_.ledger.failure->code() == Errc::usage) print_usage(usage_text(command));
    }

    void warn_of_mistakes(const Resolved& resolved) {
        for (const Jail& jail : resolved.in_order(host_.configuration()))
            if (jail.mistake) console_.warn_of(jail.name.text(), jail.mistake->what());
    }

    const CommandEntry& find_command() {
        const auto* entry = host_.registry.command(line_.command);
        if (entry != nullptr) return *entry;
        if (const auto conflict = host_.registry.conflict(line_.command); !conflict.empty())
            throw Refusal{Error(Errc::config, conflict).with_hint("see 'jailctl plugins'"), {}};
        throw Refusal{unknown_command(host_, line_.command), usage_text(host_.registry)};
    }

    std::vector<std::string> parse_words(const Command& command) {
        try {
            return parse_strictly(line_.words, command.options, values_);
        } catch (const Error& error) {
            throw Refusal{error, usage_text(command)};
        }
    }

    /// A mistake in one jail's own file keeps a command that works on jails one by one from that jail alone: what
    /// stops all at shutdown must not fail of one line.
    void require_configuration(const Command& command) {
        const auto& found = host_.resolution.diagnostics;
        const bool needs_all = command.run && !command.despite_mistakes;
        const auto serious = needs_all ? found : config::concerning(found, {});
        if (config::failed(serious)) throw Refusal{config::as_error(serious), {}};
        for (const auto& diagnostic : found) console_.verbose(diagnostic.text());
        const auto& settings = host_.configuration().settings;
        host_.log.configure(settings["LOG_FILE"].text, settings["LOG_LEVEL"].text);
    }

    Resolved resolve_targets(const Command& command, const std::vector<std::string>& words) {
        try {
            auto resolved = resolve_words(command, host_.configuration(), words, line_.literal,
                                          [this](const JailName& name) { return runs(name); });
            if (resolved.path == "-") {
                if (resolved.in_order(host_.configuration()).size() > 1)
                    throw Error(Errc::usage, "only one jail can be written to stdout");
                style_.text_to_stderr = true;
                console_.restyle(style_);
            }
            return resolved;
        } catch (const Error& error) {
            throw Refusal{error, error.code() == Errc::usage ? usage_text(command) : std::string{}};
        }
    }

    /// Only for a better sentence: what cannot be found out, to somebody who is not root for instance, is not said.
    [[nodiscard]] bool runs(const JailName& name) {
        Services services(host_.registry);
        try {
            return services.has(JailRuntime::id) &&
                   services.get<JailRuntime>().find(host_.configuration(), name).has_value();
        } catch (const Error&) {
            return false;
        }
    }

    void before_change() {
        require_plugins(host_);
        if (host_.globals.options.dry_run) return;
        try {
            host_.log.open();
        } catch (const Error& error) {
            console_.warn(error.what());
        }
    }

    void refuse(const Refusal& refusal) {
        report_.refused = true;
        end_with(refusal.error);
        if (!refusal.usage.empty()) print_usage(refusal.usage);
    }
    void print_usage(const std::string& text) {
        console_.pass_on(true, "\n" + wrapped(text, terminal_columns(2), 4) + "\n");
    }
    void end_with(const Error& error) {
        report_.ledger.failure = error;
        console_.write_to(report_.ledger);
        console_.failure("jailctl", error);
    }

    Ending finish() {
        if (was_interrupted(report_)) report_.signal = Interrupt::pending();
        if (style_.json && !report_.command.starts_with('_')) console_.document(document_of(report_));
        if (console_.gave_up()) report_.signal = Interrupt::pending();
        Ending ending{exit_status(report_)};
        ending.unread = console_.output_closed() && ending.status == 0 && !changes_;
        const bool may_be_a_reader_that_had_enough = console_.output_closed() && ending.status != 0;
        if (!console_.output_ok() && !ending.unread && !may_be_a_reader_that_had_enough && report_.signal == 0) {
            ending.status = std::max(ending.status, 1);
            console_.failure("jailctl", Error(Errc::io, "the output could not be written"));
        }
        ending.signal = report_.signal;
        return ending;
    }

    const std::vector<std::string>& arguments_;
    SplitLine line_;
    Report report_;
    ConsoleStyle style_;
    TerminalAsker terminal_{false};
    Host host_;
    boost::program_options::variables_map values_;  // may hold values of a plugin's types: dies before the plugins
    bool changes_ = false;
    StreamConsole console_{style_, terminal_, report_.ledger};
};

}  // namespace

Ending run(const std::vector<std::string>& arguments) { return Application(arguments).run(); }

}  // namespace jailctl::core

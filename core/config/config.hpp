#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.hpp"
#include "config/files.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/registrar.hpp"
#include "jailctl/sdk/value.hpp"

/// jails.conf, read in two passes over one parse: parse() before plugins are loaded (PLUGIN_DISABLE and its like are
/// known then), resolve() once every plugin has declared its variables. Nothing here prints or ends the program.
namespace jailctl::core::config {

struct Script;  // what was parsed: sources, variables with provenance

/// jails.conf and what it includes, parsed; checked for grammar alone.
class Draft {
public:
    Draft(std::filesystem::path file, std::unique_ptr<FileProvider> files);
    Draft(Draft&&) noexcept;
    Draft& operator=(Draft&&) noexcept;
    ~Draft();

    /// False if the file could not be opened or breaks the grammar: value() then holds what was understood.
    [[nodiscard]] bool ok() const noexcept;
    [[nodiscard]] const std::vector<Diagnostic>& diagnostics() const noexcept;
    /// As written, defaults not applied; empty if not set. For PLUGIN_DISABLE, PLUGIN_PREFER, LOG_LEVEL before plugins.
    [[nodiscard]] std::string_view value(std::string_view variable) const noexcept;
    [[nodiscard]] const std::filesystem::path& file() const noexcept;

    [[nodiscard]] Script& script() const noexcept { return *script_; }

private:
    std::unique_ptr<Script> script_;
};

/// Reads and parses `file` (made absolute). What the files hold, and a file that is missing, too large or that others
/// can write, are diagnostics; only a broken system throws. @throws Error io
[[nodiscard]] Draft parse(const std::filesystem::path& file, Trust trust);

/// Whether every plugin that is installed has declared its variables. If some were disabled or broken, a variable that
/// nobody declares draws a warning and no error: reading commands go on (ADR 4).
enum class Plugins { complete, some_missing };

struct Resolution {
    Configuration configuration;            ///< empty of jails unless usable()
    std::vector<Diagnostic> diagnostics;    ///< those of the draft first
    [[nodiscard]] bool ok() const noexcept { return !failed(diagnostics); }
    /// At most single jails have mistakes, each in its own file of jails.d (Jail::mistake): the others can be used.
    [[nodiscard]] bool usable() const { return !failed(concerning(diagnostics, {})); }
};

/// Checks entries, paths, values and jails.d against `declared` (the plugins' variables; core_variables() are added).
/// `draft` stays usable.
[[nodiscard]] Resolution resolve(const Draft& draft, const std::vector<Variable>& declared,
                                 Plugins plugins = Plugins::complete);

/// The variables the host itself acts on.
[[nodiscard]] std::vector<Variable> core_variables();

/// `config check`: what Variable::inspect of `declared` has against the values that were written, in the configuration
/// that was resolved from `draft` last; jails with mistakes are left out. What is said of one value is said once.
/// @param as_root  otherwise what the caller may not see is a warning: the commands may
[[nodiscard]] std::vector<Diagnostic> inspect(const Draft& draft, Invocation& invocation,
                                              const std::vector<Variable>& declared, bool as_root);

/// `config check`: "FILE: ok, N jails", and how many warnings.
[[nodiscard]] std::string ok_line(const Configuration& configuration, std::size_t warnings);

/// `config show`: one line per variable, NAME="value"   # FILE:LINE or default. `jail` null: the host's settings.
[[nodiscard]] std::vector<std::string> show(const Configuration& configuration, const Jail* jail);
/// The same for --json: {"file", "settings": {NAME: {"value", "origin", "set"}}, "jail": {...}}.
[[nodiscard]] Value show_data(const Configuration& configuration, const Jail* jail);

}  // namespace jailctl::core::config

#pragma once

#include <boost/program_options/options_description.hpp>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "jailctl/sdk/console.hpp"
#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/hooks.hpp"
#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/jail.hpp"

namespace jailctl {

class ServiceDirectory;  // service.hpp
class UndoDirectory;     // registrar.hpp

/// Which jails a command takes as positional words.
enum class Targets {
    none,
    one,               ///< exactly one name, not 'all'
    several,           ///< one or more names, or 'all'
    optional_several,  ///< none means all
};

/// Whether a last word that contains '/' or is '-' is a path (jailctl(8), COMMANDS).
enum class PathWord { none, optional };
/// What is to be said of a word that names no jail and, without a '/', is no path: the hint has
/// the path it may be meant as.
[[nodiscard]] JAILCTL_SDK_EXPORT Error neither_jail_nor_path(const std::string& word);

/// Order in which 'all' and lists are worked on.
enum class JailOrder { forward, reverse };

/// Whether a command alters a jail: then the host takes the jail's lock, recovers its journal, and refuses when a
/// plugin named by PLUGIN_REQUIRED is missing.
enum class Effect { reads, changes };

/// What became of one jail. Failure is thrown.
struct Outcome {
    enum class Kind {
        done,
        /// Was in the wanted state: an error when named alone, skipped through 'all'; `reason` is the sentence.
        already,
        omissions,  ///< done, but something named was left out: status 4
    };
    Kind kind = Kind::done;
    std::string reason;
    static Outcome done() { return {}; }
    static Outcome already(std::string sentence) { return {Kind::already, std::move(sentence)}; }
    static Outcome with_omissions(std::string summary) { return {Kind::omissions, std::move(summary)}; }
};

/// One run of a command: what was asked, and what the host offers to do it with.
class JAILCTL_SDK_EXPORT Invocation {
public:
    virtual ~Invocation();
    [[nodiscard]] virtual Console& console() = 0;
    [[nodiscard]] virtual const Configuration& configuration() const = 0;
    [[nodiscard]] virtual const GlobalOptions& options() const = 0;
    [[nodiscard]] virtual HookBus& hooks() = 0;
    [[nodiscard]] virtual ServiceDirectory& services() = 0;
    [[nodiscard]] virtual const UndoDirectory& undoers() const = 0;
    /// The jails named, in working order; for Targets::optional_several without words all of them.
    [[nodiscard]] virtual const std::vector<Jail>& jails() const = 0;
    /// True if the jails came by 'all' (or by saying nothing).
    [[nodiscard]] virtual bool all() const = 0;
    /// The path word, if one was given.
    [[nodiscard]] virtual const std::optional<std::string>& path() const = 0;
    /// Other positional words, and everything after "--".
    [[nodiscard]] virtual const std::vector<std::string>& rest() const = 0;
    /// Something left out though the command succeeds: named on stderr, in JSON, and the status becomes 4.
    virtual void omission(const std::string& sentence) = 0;
    /// A line for the log file; never holds secrets.
    virtual void log(std::string_view line) = 0;
    /// Ends the command with this status whatever it reports (exec: the status of the command inside).
    virtual void set_exit_status(int status) = 0;
};

/// A command of the command line, all of it in one place: name, words, options bound to the plugin's struct, body.
/// Exactly one of `run` and `run_jail` is set. Success returns, failure throws.
struct Command {
    std::string name;
    std::string summary;            ///< one line for `help`
    std::string words;              ///< the synopsis after the name: "JAIL|all... [DIR|FILE|-]"
    std::string details;            ///< paragraphs for `help COMMAND`, may be empty
    std::vector<std::string> aliases;
    Targets targets = Targets::none;
    PathWord path = PathWord::none;
    bool takes_rest = false;        ///< further positional words, and what follows "--", go to Invocation::rest
    /// Words may name jails that are not in JAILS (backups of deleted jails): they go to rest.
    bool unlisted_jails = false;
    JailOrder order = JailOrder::forward;
    /// Jails that are done with before this one is begun, where several are worked on; those that are not worked on do
    /// not count. Empty: `order` alone.
    std::function<std::vector<JailName>(const Configuration&, const Jail&)> after;
    /// And a jail is left alone if one of them failed; a circle is an error then, else only told.
    bool after_success = false;
    Effect effect = Effect::reads;
    std::function<bool()> changes_if;  ///< true: it changes jails after all; asked once the options are known
    [[nodiscard]] bool changes() const { return effect == Effect::changes || (changes_if && changes_if()); }
    bool needs_root = true;
    bool needs_configuration = true;
    /// `run` is called though single jails have mistakes in their own files of jails.d (Jail::mistake); where all jails
    /// may be meant, each is told as a warning. `run_jail` is called for these jails, too, not only for the others.
    bool despite_mistakes = false;
    boost::program_options::options_description options;
    std::function<void(Invocation&)> run;                        ///< once, for all targets
    std::function<Outcome(Invocation&, const Jail&)> run_jail;   ///< once per jail; in a forked worker when several
};

}  // namespace jailctl

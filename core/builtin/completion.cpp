#include "builtin/builtin.hpp"
#include "jailctl/sdk/error.hpp"

namespace jailctl::core {
namespace {

// The scripts know no command and no option: they ask `jailctl __complete SHELL -- WORDS...`,
// which asks the declarations.
constexpr const char* bash_script = R"(# jailctl completion for bash: source it, or put it into /etc/bash_completion.d/
_jailctl() {
    local IFS=$'\n'
    COMPREPLY=($(jailctl __complete bash -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _jailctl jailctl
)";

constexpr const char* zsh_script = R"(#compdef jailctl
# jailctl completion for zsh: put it as _jailctl into a directory of $fpath
_jailctl() {
    local -a candidates
    candidates=("${(@f)$(jailctl __complete zsh -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if (( ${#candidates} )) && [[ -n ${candidates[1]} ]]; then
        _describe jailctl candidates
    else
        _files
    fi
}
if [ "$funcstack[1]" = "_jailctl" ]; then _jailctl "$@"; else compdef _jailctl jailctl; fi
)";

constexpr const char* fish_script =
    R"(# jailctl completion for fish: put it as jailctl.fish into ~/.config/fish/completions/
function __jailctl_complete
    set -l words (commandline -opc) (commandline -ct)
    jailctl __complete fish -- $words[2..-1] 2>/dev/null
end
complete -c jailctl -a '(__jailctl_complete)'
)";

}  // namespace

std::unique_ptr<Command> completion_command() {
    auto command = std::make_unique<Command>();
    command->name = "completion";
    command->summary = "a completion script for a shell";
    command->words = "bash|zsh|fish";
    command->takes_rest = true;
    command->needs_root = false;
    command->needs_configuration = false;
    command->run = [](Invocation& in) {
        const auto shell = in.rest().size() == 1 ? in.rest().front() : std::string{};
        const char* script = shell == "bash"   ? bash_script
                             : shell == "zsh"  ? zsh_script
                             : shell == "fish" ? fish_script
                                               : nullptr;
        if (script == nullptr) throw Error(Errc::usage, "'completion' takes bash, zsh or fish");
        in.console().line(script);
    };
    return command;
}

}  // namespace jailctl::core

#include "builtin/builtin.hpp"
#include "command_line/usage.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core {
namespace {

void show_help(const Host& host, Invocation& in) {
    if (in.rest().empty()) return in.console().line(overview_text(host.registry));
    if (in.rest().size() > 1) throw Error(Errc::usage, "'help' takes one command");
    const auto& word = in.rest().front();
    const auto* entry = host.registry.command(word);
    if (entry == nullptr || word.starts_with('_')) {
        Error error(Errc::usage, "no command '" + escape_name(word) + "'");
        if (const auto near = nearest(word, host.registry.command_words()); !near.empty())
            error.with_hint("did you mean '" + near + "'?");
        throw error;
    }
    in.console().line(help_text(*entry));
}

}  // namespace

std::unique_ptr<Command> help_command(const Host& host) {
    auto command = std::make_unique<Command>();
    command->name = "help";
    command->summary = "what jailctl, or one command, does";
    command->words = "[COMMAND]";
    command->takes_rest = true;
    command->needs_root = false;
    command->needs_configuration = false;
    command->run = [&host](Invocation& in) { show_help(host, in); };
    return command;
}

}  // namespace jailctl::core

#include "command_line/usage.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "command_line/global_options.hpp"

namespace jailctl::core {
namespace {

namespace po = boost::program_options;

// The original's commands come first and in its order; whatever else is registered follows by name.
constexpr std::array<std::string_view, 8> original{"start", "stop", "status", "create", "delete", "upgrade", "backup", "restore"};

std::vector<const CommandEntry*> listed(const Registry& registry) {
    std::vector<const CommandEntry*> entries;
    for (const auto name : original)
        if (const auto found = registry.commands().find(name); found != registry.commands().end())
            entries.push_back(&found->second);
    for (const auto& [name, entry] : registry.commands())
        if (!name.starts_with('_') && std::find(original.begin(), original.end(), name) == original.end())
            entries.push_back(&entry);
    return entries;
}

/// "-t, --timeout TIME", "--disk", "--watch[=TIME]"
std::string left_of(const po::option_description& option, const char* between) {
    std::string left = option.format_name();
    // format_name writes "-h [ --help ]" where both exist.
    if (const auto open = left.find(" [ "); open != std::string::npos)
        left = left.substr(0, open) + between + left.substr(open + 3, left.size() - open - 5);
    if (option.semantic()->max_tokens() == 0) return left;
    std::string value = option.semantic()->name();  // "DIR", "DIR (=.)", "[=TIME(=2s)]"
    const bool may_lack = value.starts_with("[=");
    value.resize(std::min({value.find(" ("), value.find("(="), value.size()}));
    return may_lack ? left + value + "]" : left + " " + value;
}

/// As a usage line has them: " [-t|--timeout TIME] [--disk]", but those that the words show already.
std::string options_of(const Command& command) {
    std::string text;
    for (const auto& option : command.options.options())
        if (command.words.find("--" + option->long_name()) == std::string::npos) text += " [" + left_of(*option, "|") + "]";
    return text;
}

std::string options_text(const po::options_description& options) {
    std::vector<std::pair<std::string, std::string>> rows;
    std::size_t width = 0;
    for (const auto& option : options.options()) {
        std::string left = left_of(*option, ", ");
        width = std::max(width, left.size());
        rows.emplace_back(std::move(left), option->description());
    }
    std::string text;
    for (const auto& [left, right] : rows) text += fmt::format("  {:<{}}  {}\n", left, width, right);
    return text;
}

}  // namespace

std::string synopsis(const Command& command) {
    // Before the words where what follows those is no option of ours, or where there are two ways to put them.
    const bool first = command.words.find(" -- ") != std::string::npos || command.words.find(" | ") != std::string::npos;
    const std::string options = options_of(command), words = command.words.empty() ? "" : " " + command.words;
    return "jailctl " + command.name + (first ? options + words : words + options);
}

std::string usage_text(const Registry& registry) {
    std::string names;
    for (const auto* entry : listed(registry)) names += (names.empty() ? "" : "|") + entry->command->name;
    return "Usage:\njailctl <command> <jail> [<path>]\n<command> = " + names +
           "\n<jail> = hostname|all\n<path> = Backup destination / restore source\n"
           "'jailctl help' says more.";
}

std::string usage_text(const Command& command) {
    return "Usage:\n" + synopsis(command) + "\n'jailctl help " + command.name + "' says more.";
}

std::string overview_text(const Registry& registry) {
    const auto entries = listed(registry);
    std::size_t width = 0;
    for (const auto* entry : entries) width = std::max(width, entry->command->name.size());
    std::string text = "jailctl manages jails: virtual servers that share the host's kernel.\n\nUsage:\n"
                       "jailctl [options] <command> <jail|all>... [<path>]\n\nCommands:\n";
    for (const auto* entry : entries)
        text += fmt::format("  {:<{}}  {}\n", entry->command->name, width, entry->command->summary);
    text += "\nOptions of every command, before or after it:\n" + options_text(global_description(false));
    return text + "\n'jailctl help COMMAND' tells more about one; jailctl(8) and jails.conf(5) tell all.";
}

std::string help_text(const CommandEntry& entry) {
    const auto& command = *entry.command;
    std::string text = "Usage:\n" + synopsis(command) + "\n\n" + command.summary + "\n";
    if (!command.details.empty()) text += "\n" + command.details + "\n";
    if (!command.options.options().empty()) text += "\nOptions:\n" + options_text(command.options);
    std::string aliases;
    for (const auto& alias : command.aliases) aliases += (aliases.empty() ? "" : ", ") + alias;
    if (!aliases.empty()) text += "\nAlso: " + aliases + "\n";
    return text + "\n'jailctl help' lists the options of every command.";
}

}  // namespace jailctl::core

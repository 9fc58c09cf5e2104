#include "command_line/usage.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "columns.hpp"
#include "command_line/global_options.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core {
namespace {

namespace po = boost::program_options;

// The original's commands come first and in its order; whatever else is registered follows by name.
constexpr std::array<std::string_view, 8> original{"start",  "stop",    "status", "create",
                                                   "delete", "upgrade", "backup", "restore"};

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
        if (command.words.find("--" + option->long_name()) == std::string::npos)
            text += " [" + left_of(*option, "|") + "]";
    return text;
}

/// Two columns, of which the right one is continued below itself.
std::string table_text(const std::vector<std::pair<std::string, std::string>>& rows, std::size_t columns) {
    std::size_t width = 0;
    for (const auto& row : rows) width = std::max(width, row.first.size());
    std::string text;
    for (const auto& [left, right] : rows)
        text += wrapped(fmt::format("  {:<{}}  {}\n", left, width, right), columns, width + 4);
    return text;
}

std::string options_text(const po::options_description& options, std::size_t columns) {
    std::vector<std::pair<std::string, std::string>> rows;
    for (const auto& option : options.options()) rows.emplace_back(left_of(*option, ", "), option->description());
    return table_text(rows, columns);
}

/// Lines of a paragraph are one text, however long they are in the source; what begins with a blank stays, as
/// an empty line does.
std::string joined_lines(std::string text) {
    for (auto at = text.find('\n'); at != std::string::npos && at + 1 < text.size(); at = text.find('\n', at + 1))
        if (at > 0 && text[at - 1] != '\n' && text[at + 1] != '\n' && text[at + 1] != ' ') text[at] = ' ';
    return text;
}

}  // namespace

std::string synopsis(const Command& command) {
    // Before the words where what follows those is no option of ours, or where there are two ways to put them.
    const bool first = command.words.find(" -- ") != std::string::npos ||
                       command.words.find(" | ") != std::string::npos;
    const std::string options = options_of(command), words = command.words.empty() ? "" : " " + command.words;
    return "jailctl " + command.name + (first ? options + words : words + options);
}

Value options_data(const po::options_description& options) {
    Value list = Value::array();
    for (const auto& option : options.options())
        list.push(Value::object().set("option", left_of(*option, ", ")).set("does", option->description()));
    return list;
}

Value help_data(const Command& command) {
    Value value = Value::object();
    value.set("name", command.name).set("synopsis", synopsis(command)).set("summary", command.summary);
    value.set("details", joined_lines(command.details)).set("aliases", Value::array_of(command.aliases));
    return value.set("options", options_data(command.options));
}

Value help_data(const Registry& registry) {
    Value list = Value::array();
    for (const auto* entry : listed(registry)) list.push(help_data(*entry->command));
    return list;
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

std::string overview_text(const Registry& registry, std::size_t columns) {
    std::vector<std::pair<std::string, std::string>> rows;
    for (const auto* entry : listed(registry)) rows.emplace_back(entry->command->name, entry->command->summary);
    return wrapped("jailctl manages jails: virtual servers that share the host's kernel.\n\nUsage:\n"
                   "jailctl [options] <command> <jail|all>... [<path>]\n\nCommands:\n", columns) +
           table_text(rows, columns) + "\nOptions of every command, before or after it:\n" +
           options_text(global_description(), columns) +
           wrapped("\n'jailctl help COMMAND' tells more about one; jailctl(8) and jails.conf(5) tell all.", columns);
}

std::string help_text(const CommandEntry& entry, std::size_t columns) {
    const auto& command = *entry.command;
    std::string text = "Usage:\n" + wrapped(synopsis(command), columns, 4) + "\n\n";
    text += wrapped(command.summary, columns) + "\n";
    if (!command.details.empty()) text += "\n" + wrapped(joined_lines(command.details), columns) + "\n";
    if (!command.options.options().empty()) text += "\nOptions:\n" + options_text(command.options, columns);
    if (!command.aliases.empty()) text += "\nAlso: " + joined(command.aliases) + "\n";
    return text + "\n'jailctl help' lists the options of every command.";
}

}  // namespace jailctl::core

#include <cstdio>
#include <filesystem>

#include "choice.hpp"
#include "commands.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::backup {
namespace {

/// "drwxr-sr-t" as ls and tar show it.
std::string mode_text(const Value& entry) {
    static constexpr std::pair<std::string_view, char> letters[] = {
        {"file", '-'}, {"dir", 'd'}, {"link", 'l'}, {"hardlink", 'h'}, {"fifo", 'p'}, {"char", 'c'}, {"block", 'b'},
        {"socket", 's'}};
    const auto mode = static_cast<unsigned>(entry["mode"].num());
    std::string text = "?rwxrwxrwx";
    for (const auto& [type, letter] : letters)
        if (entry["type"].str() == type) text[0] = letter;
    for (std::size_t i = 0; i < 9; ++i)
        if ((mode >> (8 - i) & 1U) == 0) text[i + 1] = '-';
    const auto special = [&](unsigned bit, std::size_t at, char with, char without) {
        if ((mode & bit) != 0) text[at] = text[at] == '-' ? without : with;
    };
    special(04000, 3, 's', 'S');
    special(02000, 6, 's', 'S');
    special(01000, 9, 't', 'T');
    return text;
}

std::string line_of(const Value& entry) {
    const std::string owner = std::to_string(entry["uid"].num()) + "/" + std::to_string(entry["gid"].num());
    const bool device = entry["major"].is_int();
    const std::string size = device ? std::to_string(entry["major"].num()) + "," + std::to_string(entry["minor"].num())
                                    : std::to_string(entry["size"].num());
    std::string line = mode_text(entry) + " " + owner;
    const std::size_t used = owner.size() + size.size();
    line.append(used < 19 ? 19 - used : 1, ' ');
    line += size + " " + describe_time(entry["modified"].num()) + " " + escape_name(entry["path"].str());
    if (entry["type"].str() == "link") line += " -> " + escape_name(entry["target"].str());
    if (entry["type"].str() == "hardlink") line += " link to " + escape_name(entry["target"].str());
    return line;
}

}  // namespace

void list_contents(Invocation& invocation, const std::string& word) {
    const ChosenBackup chosen = choose_backup(invocation, word);
    Value list = Value::array();
    const bool json = invocation.options().json;
    in_context(escape_name(chosen.id), [&] {
        chosen.backend->contents(invocation, chosen.id, [&](const Value::Array& entries) {
            for (const Value& entry : entries) {
                if (json) list.push(entry);
                else invocation.console().line(line_of(entry));
            }
        });
    });
    invocation.console().data("entries", std::move(list));
}

}  // namespace jailctl::backup

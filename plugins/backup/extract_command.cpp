#include <fcntl.h>
#include <strings.h>
#include <filesystem>
#include <optional>

#include "archive_names.hpp"
#include "choice.hpp"
#include "commands.hpp"
#include "extract_rehearsal.hpp"
#include "extractions.hpp"
#include "jailctl/sdk/outside_roots.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree.hpp"

namespace po = boost::program_options;

namespace jailctl::backup {
namespace {

struct ExtractArguments {
    std::string to;
    bool trust = false;
};

/// Bytes of odd names may be given as they are, or as `backups --contents` prints them: what it would
/// not print is no such form.
std::string plain_bytes(const std::string& word) {
    const std::string meant = decode_path(word);
    // Digits of either case.
    return ::strcasecmp(escape_name(encode_path(meant)).c_str(), word.c_str()) == 0 ? meant : word;
}

std::vector<std::string> wanted_paths(const std::vector<std::string>& words) {
    std::vector<std::string> paths;
    for (auto word = words.begin() + 1; word != words.end(); ++word) {
        const std::string path = plain_bytes(*word);
        paths.push_back(encode_path(path));
        for (const auto& component : std::filesystem::path(path))
            if (component == "..")
                throw Error(Errc::usage, "'" + escape_name(*word) + "' is no path in a backup: it contains '..'");
    }
    return paths;
}

UniqueFd open_target(const Configuration& configuration, const std::string& directory) {
    UniqueFd opened(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (opened) {
        require_outside_roots(configuration, std::filesystem::absolute(directory),
                              "take it out elsewhere, and put it into that jail afterwards: jailctl cp DIR JAIL:PATH");
        return opened;
    }
    const auto cause = last_error();
    Error error(code_of(cause), "cannot open the directory " + escape_name(directory), cause);
    if (format_of(directory) || cause == std::errc::not_a_directory)
        error.with_hint("--to names a directory, in which what is taken out stands as it is in the jail");
    else if (cause == std::errc::no_such_file_or_directory)
        error.with_hint("make it first: 'mkdir " + shell_word(directory) + "'");
    throw error;
}

void report(Invocation& invocation, const std::string& id, const std::string& to, const Value& extracted) {
    invocation.console().data("extracted", Value::object()
                                               .set("from", id)
                                               .set("to", to)
                                               .set("entries", extracted["entries"])
                                               .set("bytes", extracted["bytes"])
                                               .set("skipped", extracted["skipped"]));
    invocation.console().info(escape_name(id) + ": " + count_entries(extracted["entries"].num()) + ", " +
                              human_bytes(static_cast<std::uint64_t>(extracted["bytes"].num())) + " to " +
                              escape_name(to));
    for (const auto& sentence : skipped_of(extracted)) invocation.omission(sentence);
}

void extract(Invocation& invocation, const ExtractArguments& arguments) {
    const auto& words = invocation.rest();
    if (words.size() < 2)
        throw Error(Errc::usage, "extract needs a jail or an archive, and at least one path in it");
    const ChosenBackup chosen = choose_backup(invocation, words.front());
    BackupExtract wanted{.paths = wanted_paths(words), .trust = arguments.trust};
    UniqueFd target;
    if (arguments.to == "-") {
        if (wanted.paths.size() != 1) throw Error(Errc::usage, "only one file can be written to standard output");
        wanted.out = invocation.console().raw_output();
    } else {
        target = open_target(invocation.configuration(), arguments.to);
        wanted.directory = target.get();
    }
    if (invocation.options().dry_run) return rehearse_extract(invocation, chosen, wanted, arguments.to);
    std::optional<ExtractionNote> note;
    if (target) note.emplace(invocation.configuration(), std::filesystem::absolute(arguments.to).lexically_normal());
    const Value extracted =
        in_context(escape_name(chosen.id), [&] { return chosen.backend->extract(invocation, chosen.id, wanted); });
    if (arguments.to != "-") report(invocation, chosen.id, arguments.to, extracted);
}

}  // namespace

Command make_extract_command() {
    Command command;
    command.name = "extract";
    command.summary = "take single files or directories out of a backup";
    command.words = "JAIL|FILE PATH...";
    command.details = "Of a jail the newest good backup is taken; FILE is a word with '/' in it. A directory comes "
                      "with all it holds.\nNothing that stands in the target is overwritten.";
    command.takes_rest = true;
    command.despite_mistakes = true;  // of others
    const auto arguments = std::make_shared<ExtractArguments>();
    command.options.add_options()
        ("to", po::value(&arguments->to)->default_value(".")->value_name("DIR"),
         "where the files go (default: the current directory); - writes one file to standard output")
        ("trust", po::bool_switch(&arguments->trust), "devices, file flags, odd attributes and set-id bits come along");
    command.run = [arguments](Invocation& invocation) { extract(invocation, *arguments); };
    return command;
}

}  // namespace jailctl::backup

#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/jail.hpp"

/// Writing into jails.d/<jail>.conf, which people write as well: everything else in it stays as it is.
namespace jailctl::lifecycle {

/// The line, from 1, of the assignment of `name` that is in force whatever stands above it: after it come comments and
/// lines with one assignment each, of others. Nothing: there is none, or it takes the parser to find it.
[[nodiscard]] std::optional<int> last_plain_assignment(std::string_view text, const std::string& name);

/// `text` with NAME="value". @param line  where the assignment in force stands, from 1: it is replaced if that line
/// holds nothing else; 0, or a line that holds more: a line is added at the end, which comes last and so is in force
[[nodiscard]] std::string with_assignment(std::string text, int line, const std::string& name, std::string_view value);

/// Names with their values; a value holds nothing that is special between double quotes.
using Assignments = std::vector<std::pair<std::string, std::string>>;
/// Asks whether write_jail_file() may: before anything is changed that the file is to tell. @throws Error denied, io,
/// invalid: it is a link, or no regular file
void require_writable_jail_file(const Configuration& configuration, const JailName& jail);
/// Puts them into the file of the jail, which is made if it is missing. @throws Error denied, io, no_space,
/// invalid: it is no regular file
void write_jail_file(const Configuration& configuration, const Jail& jail, const Assignments& assignments);

}  // namespace jailctl::lifecycle

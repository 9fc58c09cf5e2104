#include "jail_file.hpp"

#include <fcntl.h>
#include <regex.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::lifecycle {
namespace {

/// Begin and length of a line, its newline not counted; nothing if there is no such line.
std::pair<std::size_t, std::size_t> line_at(std::string_view text, int line) {
    std::size_t begin = 0;
    for (; line > 1; --line) {
        const auto end = text.find('\n', begin);
        if (end == std::string_view::npos) return {std::string_view::npos, 0};
        begin = end + 1;
    }
    return {begin, std::min(text.find('\n', begin), text.size()) - begin};
}

/// A line that holds one assignment and else a comment.
struct PlainLine {
    std::string name, before, behind;  ///< before the name, and behind the value
};

std::optional<PlainLine> plain_line(const std::string& line) {
    // POSIX's, not std::regex: that one's code and symbols would be mapped and looked up by every command.
    static const auto alone = [] {
        regex_t made{};
        const char* text = "^([[:space:]]*)([A-Z_]+)=(\"[^\"$`\\]*\"|'[^']*'|[A-Za-z0-9._-]*)([[:space:]]*(#.*)?)$";
        if (::regcomp(&made, text, REG_EXTENDED) != 0) throw Error(Errc::internal, "no pattern of an assignment");
        return made;
    }();
    std::array<regmatch_t, 5> parts{};
    if (::regexec(&alone, line.c_str(), parts.size(), parts.data(), 0) != 0) return std::nullopt;
    const auto part = [&](std::size_t at) {
        return line.substr(static_cast<std::size_t>(parts[at].rm_so),
                           static_cast<std::size_t>(parts[at].rm_eo - parts[at].rm_so));
    };
    return PlainLine{part(2), part(1), part(4)};
}

bool says_nothing(std::string_view line) {
    const auto first = line.find_first_not_of(" \t\r");
    return first == std::string_view::npos || line[first] == '#';
}

/// What it leads to may be other jails' as well, or the site's that keeps it elsewhere.
void require_no_link(const std::filesystem::path& path) {
    std::error_code none;
    if (!std::filesystem::is_symlink(path, none)) return;
    const auto target = std::filesystem::read_symlink(path, none);
    throw Error(Errc::invalid, escape_name(path.string()) + " is a link to " + escape_name(target.string()) +
                                   ", and 'set' writes through no link")
        .with_hint("write the values into that file, or give the jail a file of its own in place of the link");
}

}  // namespace

std::optional<int> last_plain_assignment(std::string_view text, const std::string& name) {
    int line = 1 + static_cast<int>(std::ranges::count(text, '\n'));
    for (; line > 0; --line) {
        const std::size_t end = text.rfind('\n');
        const std::string last(end == std::string_view::npos ? text : text.substr(end + 1));
        text = text.substr(0, end == std::string_view::npos ? 0 : end);
        if (text.ends_with('\\')) return std::nullopt;
        if (says_nothing(last)) continue;
        const auto plain = plain_line(last);
        if (!plain) return std::nullopt;
        if (plain->name == name) return line;
    }
    return std::nullopt;
}

std::string with_assignment(std::string text, int line, const std::string& name, std::string_view value) {
    const std::string assignment = name + "=\"" + std::string(value) + "\"";
    if (line > 0) {
        const auto [begin, length] = line_at(text, line);
        const std::string old = begin == std::string::npos ? std::string{} : text.substr(begin, length);
        if (const auto plain = plain_line(old); plain && plain->name == name)
            return text.replace(begin, length, plain->before + assignment + plain->behind);
    }
    if (!text.empty() && text.back() != '\n') text += '\n';
    if (text.ends_with("\\\n")) text += '\n';  // or the new line would belong to the last one
    return text + assignment + "\n";
}

void require_writable_jail_file(const Configuration& configuration, const JailName& jail) {
    const auto path = configuration.settings_file(jail);
    require_no_link(path);
    const UniqueFd there = find_trusted(path.parent_path(), Trust::root, O_RDONLY | O_DIRECTORY);
    const auto directory = there ? path.parent_path() : path.parent_path().parent_path();
    if (::faccessat(AT_FDCWD, directory.c_str(), W_OK, AT_EACCESS) != 0)
        throw_errno("cannot write " + escape_name(path.string()));
    if (there) (void)in_context(path.string(), [&] { return read_file_at(there.get(), path.filename().string()); });
}

void write_jail_file(const Configuration& configuration, const Jail& jail, const Assignments& assignments) {
    const auto path = configuration.settings_file(jail.name);
    const auto name = path.filename().string();
    const UniqueFd there = find_trusted(path.parent_path(), Trust::root, O_RDONLY | O_DIRECTORY);
    const UniqueFd directory = there ? UniqueFd{} : make_private_directory(path.parent_path());
    const int at = there ? there.get() : directory.get();
    std::string text = in_context(path.string(), [&] { return read_file_at(at, name).value_or(""); });
    for (const auto& [variable, value] : assignments) {
        const Origin& origin = jail.settings[variable].origin;
        // The configuration was read before the jail was locked: another `set` may have been at the file since.
        const int line = last_plain_assignment(text, variable).value_or(origin.file == path.string() ? origin.line : 0);
        text = with_assignment(std::move(text), line, variable, value);
    }
    struct stat before {};
    const bool is_there = ::fstatat(at, name.c_str(), &before, AT_SYMLINK_NOFOLLOW) == 0;
    replace_file(at, name, text, is_there ? before.st_mode & 0777U : 0644);
}

}  // namespace jailctl::lifecycle

#include "dellists.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/lines.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::prune {

namespace {

constexpr std::string_view blanks = " \t\r\n";
constexpr std::size_t largest_list = 1 << 20;

std::string_view meaning_of(std::string_view line) {
    for (std::size_t at = line.find('#'); at != std::string_view::npos; at = line.find('#', at + 1)) {
        if (at != 0 && blanks.find(line[at - 1]) == std::string_view::npos) continue;  // a '#' inside a name
        line = line.substr(0, at);
        break;
    }
    const std::size_t first = line.find_first_not_of(blanks);
    if (first == std::string_view::npos) return {};
    return line.substr(first, line.find_last_not_of(blanks) - first + 1);
}

bool leaves_the_root(std::string_view path) {
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        if (path.substr(0, slash) == "..") return true;
        path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
    }
    return false;
}

}  // namespace

std::vector<std::string> dellist_names() { return {"dellist4.txt", "dellist5.txt", "dellist-" JAILCTL_SYSTEM ".txt"}; }

std::vector<std::string> parse_dellist(std::string_view content, const std::string& name) {
    std::vector<std::string> paths;
    std::size_t number = 0;
    for (const std::string_view line : lines_of(content)) {
        ++number;
        const std::string_view path = meaning_of(line);
        if (path.empty()) continue;
        const std::string where = name + ":" + std::to_string(number) + ": ";
        if (path.find('\0') != std::string_view::npos)
            throw Error(Errc::invalid, where + "a NUL byte in a path")
                .with_hint("the file must be plain text, one path a line");
        if (leaves_the_root(path))
            throw Error(Errc::invalid, where + "'" + escape_name(path) + "' contains '..'")
                .with_hint("write the path relative to the jail's root");
        paths.emplace_back(path);
    }
    return paths;
}

std::vector<std::string> read_dellist(const std::filesystem::path& file) {
    const UniqueFd list = find_trusted(file, Trust::root);
    return list ? parse_dellist(read_all(list.get(), largest_list, file), file) : std::vector<std::string>{};
}

std::vector<std::string> read_dellists(const std::filesystem::path& addons) {
    std::vector<std::string> paths;
    for (const std::string& name : dellist_names())
        for (auto& path : read_dellist(addons / name)) paths.push_back(std::move(path));
    return paths;
}

}  // namespace jailctl::prune

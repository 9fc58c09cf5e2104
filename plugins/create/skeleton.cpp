#include "skeleton.hpp"

#include <charconv>
#include <set>
#include <vector>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/lines.hpp"

namespace jailctl::create {

namespace {

[[noreturn]] void refuse_line(int number) {
    throw Error(Errc::damaged, "line " + std::to_string(number) + " of the base's table is not understood")
        .with_hint("install jailctl again");
}

std::int64_t octal_mode(const std::string& text, int line) {
    std::int64_t mode = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, status] = std::from_chars(text.data(), end, mode, 8);
    if (status != std::errc{} || stop != end || mode < 0 || mode > 07777) refuse_line(line);
    return mode;
}

// A place as busybox names it: letters, digits and a few marks in bin, sbin, usr/bin or usr/sbin.
bool is_applet_place(std::string_view path) {
    for (const std::string_view folder : {"bin/", "sbin/", "usr/bin/", "usr/sbin/"}) {
        if (!path.starts_with(folder)) continue;
        const auto name = path.substr(folder.size());
        return !name.empty() && name != "." && name != ".." && name.find('/') == std::string_view::npos;
    }
    return false;
}

}  // namespace

Value tree_entry(const std::string& path, const std::string& type, std::int64_t mode) {
    return Value::object().set("path", path).set("type", type).set("mode", mode).set("uid", 0).set("gid", 0);
}

Value skeleton_entries(std::string_view table, const std::function<std::string(const std::string&)>& content) {
    Value entries = Value::array();
    int number = 0;
    for (const auto line : lines_of(table)) {
        ++number;
        if (line.empty() || line.front() == '#') continue;
        const auto words = split_words(line);
        const std::size_t wanted = !words.empty() && words[0] == "link" ? 4 : 3;
        if (words.size() != wanted) refuse_line(number);
        Value entry = tree_entry(words[2], words[0], octal_mode(words[1], number));
        if (words[0] == "link") {
            entry.set("target", words[3]);
        } else if (words[0] == "file") {
            entry.set("content", content(words[2]));
        } else if (words[0] != "dir") {
            refuse_line(number);
        }
        entries.push(std::move(entry));
    }
    return entries;
}

void add_applets(Value& entries, std::string_view list, const std::string& program) {
    std::set<std::string, std::less<>> seen{program};
    for (const Value& entry : entries.items()) seen.insert(entry["path"].str());
    for (const auto path : lines_of(list)) {
        if (!is_applet_place(path) || !seen.emplace(path).second) continue;
        entries.push(tree_entry(std::string(path), "link", 0777).set("target", "/" + program));
    }
}

}  // namespace jailctl::create

#include "contents.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <utility>

#include "encoded.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/tree.hpp"

namespace jailctl::restic {
namespace {

constexpr std::size_t batch = 500;

struct Moment {
    std::int64_t seconds = 0, nanoseconds = 0;
};

/// A time of RFC 3339, as Go writes it: "2026-11-24T02:55:46.44599661Z", or with "+01:00".
Moment moment(const std::string& text) {
    std::tm parts{};
    int end = 0;
    if (std::sscanf(text.c_str(), "%d-%d-%dT%d:%d:%d%n", &parts.tm_year, &parts.tm_mon, &parts.tm_mday, &parts.tm_hour,
                    &parts.tm_min, &parts.tm_sec, &end) != 6)
        throw Error(Errc::damaged, "restic lists a time that is none: " + text.substr(0, 40));
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    Moment found{::timegm(&parts), 0};
    auto at = static_cast<std::size_t>(end);
    if (at < text.size() && text[at] == '.') {
        std::int64_t unit = 1'000'000'000;
        for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
            unit /= 10;
            found.nanoseconds += (text[at] - '0') * unit;
        }
    }
    int hours = 0, minutes = 0;
    if (std::sscanf(text.c_str() + at, "%3d:%2d", &hours, &minutes) == 2)
        found.seconds -= hours * 3600 + (text[at] == '-' ? -minutes : minutes) * 60;
    return found;
}

/// Permission bits of a Go os.FileMode, https://pkg.go.dev/io/fs#FileMode.
std::int64_t permissions(std::int64_t mode) {
    return (mode & 0777) | ((mode >> 23 & 1) != 0 ? 04000 : 0) | ((mode >> 22 & 1) != 0 ? 02000 : 0) |
           ((mode >> 20 & 1) != 0 ? 01000 : 0);
}

/// restic's word for a kind of entry as ours; "" for what is not listed.
std::string kind_of(const std::string& type) {
    static constexpr std::array<std::pair<const char*, const char*>, 7> kinds{{{"file", "file"},
                                                                               {"dir", "dir"},
                                                                               {"symlink", "link"},
                                                                               {"fifo", "fifo"},
                                                                               {"chardev", "char"},
                                                                               {"dev", "block"},
                                                                               {"socket", "socket"}}};
    for (const auto& [theirs, ours] : kinds)
        if (type == theirs) return ours;
    return {};
}

}  // namespace

Told::Told(std::string_view manifest) {
    for (std::size_t at = 0; at < manifest.size();) {
        const std::size_t end = std::min(manifest.find('\n', at), manifest.size());
        Value line = parse_json(manifest.substr(at, end - at));
        at = end + 1;
        const std::string path = line["path"].str();
        const bool odd = decode_path(path) != path;
        if (odd || line["target"].is_string() || line["major"].is_int())
            lines_[seen_by_go(decode_path(path))].push_back(Value::object()
                                                            .set("path", path)
                                                            .set("target", line["target"])
                                                            .set("major", line["major"])
                                                            .set("minor", line["minor"]));
    }
    // The manifest is in the order of the directory, restic's list in that of the bytes.
    for (auto& [seen, lines] : lines_)
        std::sort(lines.begin(), lines.end(), [](const Value& a, const Value& b) {
            return decode_path(a["path"].str()) < decode_path(b["path"].str());
        });
}

Value Told::take(const std::string& path) {
    const auto at = lines_.find(path);
    if (at == lines_.end() || at->second.empty()) return {};
    Value line = at->second.front();
    if (at->second.size() > 1) at->second.erase(at->second.begin());
    return line;
}

Value entry_of(std::string_view line, Told& told) {
    static const std::string root = "/jail";
    const Value node = parse_json(line);
    const std::string path = node["path"].str(), kind = kind_of(node["type"].str());
    if (node["struct_type"].str() != "node" || kind.empty()) return {};
    if (path != root && !path.starts_with(root + "/")) return {};
    const std::string name = path == root ? "." : path.substr(root.size() + 1);
    const Value more = told.take(name);
    const Moment modified = moment(node["mtime"].str());
    Value entry = Value::object()
                      .set("path", more["path"].str(name))
                      .set("type", kind)
                      .set("mode", permissions(node["mode"].num()))
                      .set("uid", node["uid"].num())
                      .set("gid", node["gid"].num())
                      .set("size", node["size"].num())
                      .set("modified", modified.seconds)
                      .set("nanoseconds", modified.nanoseconds);
    if (kind == "link" && more["target"].is_string()) entry.set("target", more["target"]);
    if ((kind == "char" || kind == "block") && more["major"].is_int())
        entry.set("major", more["major"]).set("minor", more["minor"]);
    return entry;
}

void list_entries(const Repository& repository, const std::string& id,
                  const std::function<void(const Value::Array& entries)>& take) {
    const std::string manifest = repository.ask({"dump", "--no-lock", id, "/jailctl/manifest"});
    Told told = in_context("what restic dump gave of the manifest", [&] { return Told(manifest); });
    Value::Array some;
    Run run;
    run.on_line = [&](std::string_view line) {
        Value entry = in_context("what restic ls said", [&] { return entry_of(line, told); });
        if (!entry.is_object()) return;
        some.push_back(std::move(entry));
        if (some.size() == batch) take(std::exchange(some, {}));
    };
    (void)repository.ask({"ls", "--json", "--no-lock", "--recursive", id, "/jail"}, run);
    if (!some.empty()) take(some);
}

}  // namespace jailctl::restic

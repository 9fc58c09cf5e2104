#include "debian_word.hpp"

#include <algorithm>
#include <string_view>

#include "jailctl/sdk/error.hpp"

namespace jailctl::create {

namespace {

bool all_of(std::string_view text, std::string_view allowed) {
    return std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               allowed.find(c) != std::string_view::npos;
    });
}

void take_mirror(const std::string& word, const std::string& part, DebianWord& out) {
    const bool known = part.starts_with("http://") || part.starts_with("https://") || part.starts_with("file:///") ||
                       part.starts_with("copy:///");
    if (!out.mirror.empty() || !known || !all_of(part, "-._+/:@%~[]"))
        throw Error(Errc::config, "BASE=debootstrap:" + word + ": '" + part + "' is no mirror")
            .with_hint("a mirror begins with http://, https://, file:/// or copy:///, and there is one");
    if (part.starts_with("http") && part.substr(0, part.find('/', part.find("://") + 3)).find('@') != std::string::npos)
        throw Error(Errc::config, "BASE=debootstrap: a mirror is given with a user or password, which everybody on the "
                                  "host could read in the list of processes")
            .with_hint("leave it out: use a mirror, or a proxy of apt's, that asks for none");
    if (part.find("///tmp/") != std::string::npos)
        throw Error(Errc::config,
                    "BASE=debootstrap:" + word + ": mmdebstrap has a /tmp of its own, in which no mirror is")
            .with_hint("keep the mirror elsewhere");
    out.mirror = part;
}

/// Names of packages as Debian's policy has them (5.6.1), which hold no comma.
void take_package(const std::string& word, const std::string& part, DebianWord& out) {
    if (part.empty() || !all_of(part, "-.+") || !all_of(part.substr(0, 1), ""))
        throw Error(Errc::config, "BASE=debootstrap:" + word + ": '" + part + "' is no mirror, and no package")
            .with_hint("write BASE=debootstrap:bookworm,systemd-sysv,dbus or "
                       "BASE=debootstrap:bookworm,http://deb.debian.org/debian");
    out.packages += (out.packages.empty() ? "" : ",") + part;
}

}  // namespace

DebianWord parse_debian_word(const std::string& word) {
    auto comma = word.find(',');
    DebianWord out{word.substr(0, comma), {}, {}};
    if (out.suite.empty() || out.suite.front() == '-' || !all_of(out.suite, "-._+")) {
        throw Error(Errc::config, "BASE=debootstrap:" + word + ": '" + out.suite + "' is no suite of Debian")
            .with_hint("write BASE=debootstrap:bookworm or BASE=debootstrap:bookworm,http://deb.debian.org/debian");
    }
    while (comma != std::string::npos) {
        const auto begin = comma + 1;
        comma = word.find(',', begin);
        const std::string part = word.substr(begin, comma == std::string::npos ? comma : comma - begin);
        if (part.find("://") != std::string::npos) take_mirror(word, part, out);
        else take_package(word, part, out);
    }
    return out;
}

}  // namespace jailctl::create

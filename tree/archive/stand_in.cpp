#include "archive/stand_in.hpp"

#include <algorithm>

#include "archive/tar_fields.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t block = 512;
constexpr std::size_t most_in_a_header = 100;  // of a name: longer ones are cut for the ustar header

bool no_ascii(char c) { return static_cast<unsigned char>(c) >= 0x80; }

}  // namespace

bool needs_stand_in(std::string_view name) noexcept {
    return name.size() > most_in_a_header && std::any_of(name.begin(), name.end(), no_ascii);
}

std::string stand_in_for(std::string name) {
    std::replace_if(name.begin(), name.end(), no_ascii, 'x');
    return name;
}

void put_real_name(std::string& headers, const std::string& name) {
    const std::string written = stand_in_for(name);
    const TarHeader extended(std::string_view(headers).substr(0, block));
    const std::size_t end = block + static_cast<std::size_t>(extended.number(TarHeader::size).value_or(0));
    bool put = false;
    for (std::size_t at = block; at < end;) {  // "LENGTH key=value\n"
        const std::string_view rest = std::string_view(headers).substr(at, end - at);
        const std::size_t space = rest.find(' '), equals = rest.find('=');
        const auto length = decimal(rest.substr(0, space));
        if (equals == std::string_view::npos || !length || *length == 0) break;
        const std::string_view key = rest.substr(space + 1, equals - space - 1);
        const std::string_view value = rest.substr(equals + 1, *length - equals - 2);
        if ((key == "path" || key == "GNU.sparse.name") && value == written) {
            headers.replace(at + equals + 1, name.size(), name);
            put = true;
        }
        at += *length;
    }
    if (!put) throw Error(Errc::internal, "libarchive did not write the name of a sparse file");
}

}  // namespace jailctl::tree

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
    for (std::size_t at = block; at < end;) {
        const auto record = first_pax_record(std::string_view(headers).substr(at, end - at));
        if (!record) break;
        if ((record->key == "path" || record->key == "GNU.sparse.name") && record->value == written) {
            headers.replace(static_cast<std::size_t>(record->value.data() - headers.data()), name.size(), name);
            put = true;
        }
        at += record->length;
    }
    if (!put) throw Error(Errc::internal, "libarchive did not write the name of a sparse file");
}

}  // namespace jailctl::tree

#include "config/entry_parser.hpp"

#include <algorithm>

#include "config/paths.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core::config {

namespace {

constexpr std::string_view entry_form = "an entry is name:address[,address...][:directory]";
constexpr std::string_view brackets = "write an IPv6 address in brackets: name:[2001:db8::7]";

/// The next of `bytes` in `text` at or after `from` and outside [brackets]; the length of the text if there is none.
std::size_t find_outside_brackets(std::string_view text, char byte, std::size_t from) {
    bool inside = false;
    for (std::size_t i = from; i < text.size(); ++i) {
        if (text[i] == '[') inside = true;
        if (text[i] == ']') inside = false;
        if (text[i] == byte && !inside) return i;
    }
    return text.size();
}

/// Of what network ever: not "this network" and not multicast and above (RFC 1122, 5771, 4291), nor IPv4 written as
/// IPv6 (::ffff:192.0.2.7), which is in programs alone.
bool usable(const Address& address) {
    const auto& bytes = address.bytes();
    if (address.family() == Address::Family::v4) return bytes[0] != 0 && bytes[0] < 224;
    const auto zeros = std::find_if(bytes.begin(), bytes.end(), [](auto byte) { return byte != 0; }) - bytes.begin();
    const bool mapped = zeros == 10 && bytes[10] == 0xff && bytes[11] == 0xff;
    return zeros < 16 && bytes[0] != 0xff && !mapped;
}

}  // namespace

void EntryParser::refuse(Slice slice, std::string sentence, std::string advice) {
    Position at = jails_.at(slice.start);
    if (const std::size_t size = jails_.value.size(); slice.start == size && size > 0) {
        at = jails_.at(size - 1);  // an empty field at the end: behind the last byte
        ++at.offset;
    }
    script_.add(Severity::error, at, "JAILS: " + std::move(sentence), std::move(advice));
}

std::optional<EntryParser::Fields> EntryParser::split(Slice word) {
    const std::string_view whole = text(word);
    const std::size_t colon = std::min(whole.find(':'), whole.size());
    Fields fields{{word.start, colon}, {}, std::nullopt};
    if (colon == whole.size()) {
        refuse(word, '\'' + escape_name(whole) + "' has no address", std::string(entry_form));
        return std::nullopt;
    }
    if (whole.find('[') == whole.npos && std::count(whole.begin(), whole.end(), ':') > 2) {
        refuse({word.start + colon + 1, 0}, '\'' + escape_name(whole) + "' has too many fields", std::string(brackets));
        return std::nullopt;
    }
    const std::size_t second = find_outside_brackets(whole, ':', colon + 1);
    fields.addresses = {word.start + colon + 1, second - colon - 1};
    if (second == whole.size()) return fields;
    fields.path = Slice{word.start + second + 1, whole.size() - second - 1};
    return fields;
}

std::optional<JailName> EntryParser::name(Slice slice) {
    try {
        return JailName(std::string(text(slice)));
    } catch (const Error& error) {
        refuse(slice, error.what(), error.hint().empty() ? std::string(entry_form) : error.hint());
        return std::nullopt;
    }
}

bool EntryParser::address(Slice slice, std::vector<Address>& list) {
    const std::string_view written = text(slice);
    try {
        list.push_back(Address::parse(written));
    } catch (const Error& error) {
        refuse(slice, error.what(), error.hint().empty() ? std::string(entry_form) : error.hint());
        return false;
    }
    if (usable(list.back())) return true;
    refuse(slice, '\'' + escape_name(written) + "' cannot be the address of a host",
           "write the address the jail shall have");
    return false;
}

std::optional<std::vector<Address>> EntryParser::addresses(Slice slice) {
    std::vector<Address> list;
    bool good = true;
    const std::string_view whole = text(slice);
    for (std::size_t start = 0; start <= whole.size();) {
        const std::size_t end = find_outside_brackets(whole, ',', start);
        good = address({slice.start + start, end - start}, list) && good;
        start = end + 1;
    }
    if (!good) return std::nullopt;
    return list;
}

std::optional<std::string> EntryParser::root(const std::optional<Slice>& field, const JailName& name) {
    if (!field) return normal_path(home_) + '/' + name.text();
    const std::string_view written = text(*field);
    if (const auto fault = path_fault(written)) {
        const std::string usual = "write an absolute path; with a '/' at its end it is the jail itself";
        refuse(*field, "the directory '" + escape_name(written) + "' " + fault->what,
               fault->advice.empty() ? usual : fault->advice);
        return std::nullopt;
    }
    const std::string path = normal_path(written);
    if (written.back() == '/') return path;
    if (path == "/" || !system_tree_of(path).empty() || is_shared_directory(path)) {
        refuse(*field, "jails cannot live in '" + escape_name(path) + "', a directory of the system",
               "write a directory that holds nothing but jails");
        return std::nullopt;
    }
    return path + '/' + name.text();
}

std::optional<Entry> EntryParser::parse(std::size_t start, std::size_t length) {
    const Slice word{start, length};
    const auto fields = split(word);
    if (!fields) return std::nullopt;
    auto jail = name(fields->name);
    auto list = addresses(fields->addresses);
    if (!jail || !list) return std::nullopt;
    auto path = root(fields->path, *jail);
    if (!path) return std::nullopt;
    const Position at = jails_.at(start);
    return Entry{std::move(*jail), std::move(*list), std::move(*path), at,
                 fields->path ? jails_.at(fields->path->start) : at};
}

}  // namespace jailctl::core::config

#include <charconv>

#include "jailctl/sdk/tree.hpp"
#include "utf8.hpp"

namespace jailctl {

std::string encode_path(std::string_view raw) {
    std::string out;
    out.reserve(raw.size());
    for (std::size_t at = 0; at < raw.size();) {
        const std::size_t length = utf8_length(raw, at);
        if (length == 0 || raw.substr(at).starts_with("\\x")) append_escaped(out, raw[at]);
        else out.append(raw.substr(at, length));
        at += length == 0 ? 1 : length;
    }
    return out;
}

std::string decode_path(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        unsigned value = 0;
        const char* const digits = text.data() + at + 2;
        const bool escape = at + 4 <= text.size() && text[at] == '\\' && text[at + 1] == 'x' &&
                            std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2;
        out += escape ? static_cast<char>(value) : text[at];
        at += escape ? 4 : 1;
    }
    return out;
}

Value encode_paths(const std::vector<std::string>& raw) {
    Value list = Value::array();
    for (const auto& path : raw) list.push(encode_path(path));
    return list;
}

}  // namespace jailctl

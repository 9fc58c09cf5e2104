#include <algorithm>
#include <array>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {

namespace {

// Not <cctype>: a locale must not decide what a hostname is.
bool is_alphanumeric(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

[[noreturn]] void refuse(const std::string& text, const std::string& reason) {
    throw Error(Errc::invalid, "'" + escape_name(text) + "' is no jail name: " + reason);
}

void check_label(const std::string& text, std::string_view label) {
    if (label.empty()) refuse(text, "an empty label (a dot too many)");
    if (label.size() > 63) refuse(text, "a label of more than 63 characters");
    if (label.front() == '-' || label.back() == '-') refuse(text, "a label begins or ends with '-'");
    for (const char c : label) {
        if (!is_alphanumeric(c) && c != '-') refuse(text, "only letters, digits, '-' and '.' may occur");
    }
}

void check_reserved(const std::string& text, const std::string& key) {
    for (const std::string_view word : {"all", "addons", "lost+found"}) {
        if (key == word) refuse(text, "the word is reserved");
    }
    for (const std::string_view ending : {".tar", ".tgz", ".gz", ".zst", ".xz", ".partial", ".lock"}) {
        if (key.ends_with(ending)) refuse(text, "names ending in '" + std::string(ending) + "' are reserved for files");
    }
}

}  // namespace

JailName::JailName(std::string text) : text_(std::move(text)), key_(text_) {
    std::transform(key_.begin(), key_.end(), key_.begin(), lower);
    if (text_.empty()) refuse(text_, "it is empty");
    if (text_.size() > 64) refuse(text_, "more than 64 characters");
    check_reserved(text_, key_);
    std::string_view rest = text_;
    while (true) {
        const auto dot = rest.find('.');
        check_label(text_, rest.substr(0, dot));
        if (dot == std::string_view::npos) break;
        rest.remove_prefix(dot + 1);
    }
}

}  // namespace jailctl

#pragma once

#include <compare>
#include <cstdint>
#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/export.hpp"

namespace jailctl {

class Error;

/// Where a value was written. Line and column count from 1; line 0: no file (a default, or the command line).
struct Origin {
    std::string file;
    int line = 0;
    int column = 0;
    /// "jails.conf:14", or "default" without a file.
    [[nodiscard]] JAILCTL_SDK_EXPORT std::string text() const;
};

/// A hostname that may name a jail (security.md 7): labels of letters, digits and inner '-', up to 63 each, joined by
/// single dots, 64 bytes at most, not reserved. Compares without regard to case.
class JAILCTL_SDK_EXPORT JailName {
public:
    /// @throws Error invalid: says which rule the name breaks
    explicit JailName(std::string text);
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] const std::string& key() const noexcept { return key_; }  ///< lower case: for files and maps
    friend bool operator==(const JailName& a, const JailName& b) noexcept { return a.key_ == b.key_; }
    friend auto operator<=>(const JailName& a, const JailName& b) noexcept { return a.key_ <=> b.key_; }

private:
    std::string text_, key_;
};

/// An IPv4 or IPv6 address with an optional prefix length.
class JAILCTL_SDK_EXPORT Address {
public:
    enum class Family { v4, v6 };
    /// Accepts "192.0.2.7", "192.0.2.7/24", "[2001:db8::7]", "[2001:db8::7]/64". @throws Error invalid
    [[nodiscard]] static Address parse(std::string_view text);
    /// Where an address stands for itself (a gateway, a name server, a record): "192.0.2.7", "2001:db8::7",
    /// "[2001:db8::7]"; no prefix length. @throws Error invalid
    [[nodiscard]] static Address parse_bare(std::string_view text);
    [[nodiscard]] Family family() const noexcept { return family_; }
    /// Network order; 4 used by v4.
    [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const noexcept { return bytes_; }
    [[nodiscard]] int prefix() const noexcept { return prefix_; }  ///< as written; -1 if none was
    [[nodiscard]] std::string text() const;                        ///< canonical, without brackets and prefix
    [[nodiscard]] bool is_loopback() const noexcept;               ///< of 127.0.0.0/8, or ::1
    friend bool operator==(const Address& a, const Address& b) noexcept {
        return a.family_ == b.family_ && a.bytes_ == b.bytes_;
    }

private:
    Family family_ = Family::v4;
    std::array<std::uint8_t, 16> bytes_{};
    int prefix_ = -1;
};

/// One variable of jails.conf as it applies here.
struct SettingValue {
    std::string text;
    Origin origin;
    bool is_set = false;  ///< written in a file (also if written empty)
};

/// Effective settings: jails.conf, over it jails.d/<jail>.conf, below it the declared defaults. What is set in a copy
/// stands beside what it shares with all other copies: a thousand jails with files of their own do not hold the
/// settings of the host a thousand times.
class JAILCTL_SDK_EXPORT Settings {
public:
    using Values = std::map<std::string, SettingValue, std::less<>>;
    /// The effective value. A name nobody declared and nobody wrote reads as empty and not set.
    [[nodiscard]] const SettingValue& operator[](std::string_view name) const noexcept;
    void set(std::string name, SettingValue value);
    /// Each name once, with its effective value.
    [[nodiscard]] Values all() const;

private:
    std::shared_ptr<const Values> shared_;  ///< what was there when it was copied for the first time
    std::shared_ptr<Values> own_;           ///< set since; goes before
};

/// One entry of JAILS, resolved. A value: nothing here changes after the configuration was read.
struct Jail {
    JailName name;
    std::vector<Address> addresses;
    std::filesystem::path root;  ///< absolute, no trailing slash; may not exist yet
    Settings settings;
    Origin origin;
    /// What is wrong with its own file of jails.d. Then `settings` are those of the host: nobody is to take them for
    /// the jail's own. Null: nothing.
    std::shared_ptr<const Error> mistake = {};
};

/// Before work on a jail that is none of Invocation::jails(), which the host has looked at. @throws Error config
JAILCTL_SDK_EXPORT void require_no_mistake(const Jail& jail);

/// Words of a value, as the shell would split an unquoted expansion: blanks, newlines and "\<newline>" separate.
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<std::string> split_words(std::string_view text);
/// name="value" words (RC_CONF): quotes of either kind group, "\<newline>" is a blank. @throws Error invalid
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<std::pair<std::string, std::string>> split_assignments(
    std::string_view text);
/// "512M", "2G", "1048576": bytes, powers of 1024. @throws Error invalid
[[nodiscard]] JAILCTL_SDK_EXPORT std::uint64_t parse_bytes(std::string_view text);
/// A whole number in [low, high]. @throws Error invalid
[[nodiscard]] JAILCTL_SDK_EXPORT std::int64_t parse_number(std::string_view text, std::int64_t low, std::int64_t high);
/// "yes"/"no" (also YES, true, 1, on and their opposites). @throws Error invalid
[[nodiscard]] JAILCTL_SDK_EXPORT bool parse_yes_no(std::string_view text);
/// "60", "60s", "5min", "2h", in seconds. @throws Error invalid
[[nodiscard]] JAILCTL_SDK_EXPORT std::int64_t parse_seconds(std::string_view text);

}  // namespace jailctl

#include "config/entries.hpp"

#include <optional>
#include <unordered_map>

#include "config/entry_parser.hpp"

namespace jailctl::core::config {

namespace {

bool separates(std::string_view text, std::size_t at) {
    const char c = text[at];
    return c == ' ' || c == '\t' || c == '\n' || (c == '\\' && at + 1 < text.size() && text[at + 1] == '\n');
}

std::string address_key(const Address& address) {
    const auto& bytes = address.bytes();
    std::string key(1, address.family() == Address::Family::v4 ? '4' : '6');
    return key.append(bytes.begin(), bytes.end());
}

/// Names and addresses seen so far, each with the entry that has it.
class Taken {
public:
    Taken(Script& script, std::size_t expected) : script_(script) {
        names_.reserve(expected);
        addresses_.reserve(expected);
    }

    /// False, and reported, if the entry takes a name or an address again.
    bool add(const Entry& entry) {
        bool fresh = true;
        if (const auto place = earlier(names_, entry.name.key(), entry)) {
            report(entry, "the name " + entry.name.text(), *place, "one entry for each jail");
            fresh = false;
        }
        for (const auto& address : entry.addresses) {
            const auto place = earlier(addresses_, address_key(address), entry);
            if (!place) continue;
            report(entry, "the address " + address.text(), *place, "each jail needs an address of its own");
            fresh = false;
        }
        return fresh;
    }

private:
    using Places = std::unordered_map<std::string, Position>;

    static std::optional<Position> earlier(Places& places, std::string key, const Entry& entry) {
        const auto [place, fresh] = places.emplace(std::move(key), entry.at);
        return fresh ? std::nullopt : std::optional(place->second);
    }
    void report(const Entry& entry, const std::string& what, Position first, std::string advice) {
        script_.add(Severity::error, entry.at, "JAILS: " + what + " is taken already, by the entry at " + shown(first),
                    std::move(advice));
    }
    [[nodiscard]] std::string shown(Position at) const {
        const Origin origin = script_.sources.origin(at);
        return origin.text() + ':' + std::to_string(origin.column);
    }

    Script& script_;
    Places names_, addresses_;
};

}  // namespace

std::vector<Entry> read_entries(Script& script, const Assigned& jails, std::string_view home) {
    const std::string& text = jails.value.text();
    EntryParser parser(script, jails, home);
    Taken taken(script, text.size() / 24);  // about the length of an entry
    std::vector<Entry> entries;
    for (std::size_t start = 0; start < text.size();) {
        if (separates(text, start)) {
            start += text[start] == '\\' ? 2 : 1;
            continue;
        }
        std::size_t end = start;
        while (end < text.size() && !separates(text, end)) ++end;
        if (auto entry = parser.parse(start, end - start); entry && taken.add(*entry))
            entries.push_back(std::move(*entry));
        start = end;
    }
    return entries;
}

}  // namespace jailctl::core::config

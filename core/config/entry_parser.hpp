#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/entries.hpp"

namespace jailctl::core::config {

/// One word of JAILS in the value it stands in: fields are slices, so that a fault is shown where it is.
class EntryParser {
public:
    EntryParser(Script& script, const Assigned& jails, std::string_view home)
        : script_(script),
          jails_(jails),
          home_(home) {}

    /// Nothing if the word at [start, start + length) is broken: then it has been reported.
    [[nodiscard]] std::optional<Entry> parse(std::size_t start, std::size_t length);

private:
    struct Slice {
        std::size_t start = 0, length = 0;
    };
    struct Fields {
        Slice name, addresses;
        std::optional<Slice> path;
    };

    [[nodiscard]] std::optional<Fields> split(Slice word);
    [[nodiscard]] std::optional<JailName> name(Slice slice);
    [[nodiscard]] std::optional<std::vector<Address>> addresses(Slice slice);
    [[nodiscard]] bool address(Slice slice, std::vector<Address>& list);
    [[nodiscard]] std::optional<std::string> root(const std::optional<Slice>& field, const JailName& name);

    [[nodiscard]] std::string_view text(Slice slice) const {
        return std::string_view(jails_.value.text()).substr(slice.start, slice.length);
    }
    /// Reports at the first byte of `slice`.
    void refuse(Slice slice, std::string sentence, std::string advice);

    Script& script_;
    const Assigned& jails_;
    std::string_view home_;
};

}  // namespace jailctl::core::config

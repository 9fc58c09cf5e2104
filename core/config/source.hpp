#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.hpp"
#include "jailctl/sdk/jail.hpp"

namespace jailctl::core::config {

/// A byte of one of the files read.
struct Position {
    std::uint32_t file = 0;
    std::uint32_t offset = 0;  ///< may equal the length of the text: its end
    friend bool operator==(const Position&, const Position&) = default;
};

/// Every text that was read, under the name it is shown by. Texts keep their place in memory.
class Sources {
public:
    /// Carriage returns at line ends are dropped from `text`; no line or column changes by that.
    std::uint32_t add(std::string name, std::string text);

    [[nodiscard]] std::string_view text(std::uint32_t file) const { return sources_[file].text; }
    [[nodiscard]] const std::string& name(std::uint32_t file) const { return sources_[file].name; }
    [[nodiscard]] bool had_carriage_returns(std::uint32_t file) const { return sources_[file].carriage_returns; }
    [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(sources_.size()); }

    /// Line and column from 1; columns count characters of UTF-8.
    [[nodiscard]] Origin origin(Position position) const;
    /// A diagnostic with source line and caret; long lines are cut around the caret.
    [[nodiscard]] Diagnostic diagnose(Severity severity, Position position, std::string sentence,
                                      std::string advice) const;

private:
    struct Source {
        std::string name, text;
        std::vector<std::uint32_t> line_starts;
        bool carriage_returns = false;
    };
    [[nodiscard]] std::uint32_t line_of(Position position) const;
    [[nodiscard]] std::string_view line_text(Position position) const;

    std::deque<Source> sources_;
};

}  // namespace jailctl::core::config

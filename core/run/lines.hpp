#pragma once

#include <string>
#include <string_view>

#include "jailctl/sdk/lines.hpp"

namespace jailctl::core {

/// Puts "name: " in front of each line of a stream, so that the output of several jails never meets inside a line.
class PrefixedLines {
public:
    explicit PrefixedLines(std::string prefix) : prefix_(std::move(prefix)) {}
    /// The complete lines so far, each with prefix and newline; the rest waits.
    [[nodiscard]] std::string take(std::string_view chunk) {
        std::string lines;
        cutter_.add(chunk, [&](std::string_view line) { lines.append(prefix_).append(line).append("\n"); });
        return lines;
    }
    /// What came without a newline, as a line.
    [[nodiscard]] std::string rest() {
        std::string lines;
        cutter_.finish([&](std::string_view line) { lines.append(prefix_).append(line).append("\n"); });
        return lines;
    }

private:
    std::string prefix_;
    LineCutter cutter_;
};

}  // namespace jailctl::core

#pragma once

#include "jailctl/sdk/console.hpp"
#include "jailctl/sdk/lines.hpp"

namespace jailctl::lifecycle {

/// Shows what comes in pieces line by line.
class WholeLines {
public:
    explicit WholeLines(Console& console) : console_(console) {}
    void add(std::string_view chunk) {
        lines_.add(chunk, [this](std::string_view line) { console_.line(line); });
    }
    void finish() {
        lines_.finish([this](std::string_view line) { console_.line(line); });
    }

private:
    Console& console_;
    LineCutter lines_;
};

}  // namespace jailctl::lifecycle

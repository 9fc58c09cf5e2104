#pragma once

#include <string>
#include <string_view>

#include "jailctl/sdk/console.hpp"

namespace jailctl::lifecycle {

/// Shows what comes in pieces line by line; a very long line comes in parts.
class WholeLines {
public:
    explicit WholeLines(Console& console) : console_(console) {}
    void add(std::string_view chunk) {
        rest_ += chunk;
        std::size_t begin = 0;
        for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', begin)) {
            console_.line(std::string_view(rest_).substr(begin, end - begin));
            begin = end + 1;
        }
        rest_.erase(0, begin);
        if (rest_.size() > longest) finish();
    }
    /// What is left is a line, too.
    void finish() {
        if (!rest_.empty()) console_.line(rest_);
        rest_.clear();
    }

private:
    static constexpr std::size_t longest = 1 << 16;
    Console& console_;
    std::string rest_;
};

}  // namespace jailctl::lifecycle

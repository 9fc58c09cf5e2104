#pragma once

#include <string>
#include <string_view>

namespace jailctl::core {

/// Cuts a stream into lines and puts "name: " in front of each, so that the output of several jails never meets inside
/// a line.
class PrefixedLines {
public:
    explicit PrefixedLines(std::string prefix) : prefix_(std::move(prefix)) {}
    /// The complete lines so far, each with prefix and newline; the rest waits.
    [[nodiscard]] std::string take(std::string_view chunk) {
        waiting_.append(chunk);
        std::string lines;
        std::size_t begin = 0;
        for (std::size_t end; (end = waiting_.find('\n', begin)) != std::string::npos; begin = end + 1)
            lines.append(prefix_).append(waiting_, begin, end + 1 - begin);
        waiting_.erase(0, begin);
        if (waiting_.size() > longest) lines += rest();
        return lines;
    }
    /// What came without a newline, as a line.
    [[nodiscard]] std::string rest() {
        if (waiting_.empty()) return {};
        std::string line = prefix_ + waiting_ + "\n";
        waiting_.clear();
        return line;
    }

private:
    static constexpr std::size_t longest = 65536;
    std::string prefix_, waiting_;
};

}  // namespace jailctl::core

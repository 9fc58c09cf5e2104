#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jailctl/sdk/export.hpp"

namespace jailctl {

/// The lines of a text, without their newlines, as views of it; empty ones too. What follows the last newline is a line
/// if it is not empty.
[[nodiscard]] JAILCTL_SDK_EXPORT std::vector<std::string_view> lines_of(std::string_view text);

/// Cuts what comes in pieces into lines, with bounded memory: a line longer than `longest` comes in parts of that
/// length. For what a program writes, perhaps one of a jail. `take` gets each line without its newline.
class LineCutter {
public:
    explicit LineCutter(std::size_t longest = 1 << 16) : longest_(longest) {}

    template <class Take>
    void add(std::string_view chunk, Take&& take) {
        for (auto end = chunk.find('\n'); end != std::string_view::npos; end = chunk.find('\n')) {
            gather(chunk.substr(0, end), take);
            give(take);
            chunk.remove_prefix(end + 1);
        }
        gather(chunk, take);
    }
    /// What is left is a line, too.
    template <class Take>
    void finish(Take&& take) {
        if (!rest_.empty()) give(take);
    }

private:
    template <class Take>
    void gather(std::string_view part, Take& take) {
        while (rest_.size() + part.size() > longest_) {
            const std::size_t room = longest_ - rest_.size();
            rest_ += part.substr(0, room);
            part.remove_prefix(room);
            give(take);
        }
        rest_ += part;
    }
    template <class Take>
    void give(Take& take) {
        const std::string line = std::exchange(rest_, {});  // `take` may throw
        take(std::string_view(line));
    }

    std::size_t longest_;
    std::string rest_;
};

}  // namespace jailctl

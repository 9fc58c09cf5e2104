#include "output.hpp"

namespace jailctl::scripts {

namespace {

constexpr std::size_t most_bytes = 64 * 1024;
constexpr std::size_t most_lines = 1000;
constexpr std::size_t longest_line = 4096;

}  // namespace

void LineOutput::line(std::string_view text) {
    if (full_) return;
    bytes_ += text.size();
    if (++lines_ > most_lines || bytes_ > most_bytes) {
        full_ = true;
        show_(name_ + ": (it writes more than is shown here)");
        return;
    }
    show_(name_ + ": " + std::string(text));
}

void LineOutput::take(std::string_view chunk) {
    while (!chunk.empty() && !full_) {
        const auto newline = chunk.find('\n');
        pending_ += chunk.substr(0, newline);
        while (pending_.size() > longest_line && !full_) {
            line(std::string_view(pending_).substr(0, longest_line));
            pending_.erase(0, longest_line);
        }
        if (newline == std::string_view::npos) return;
        line(pending_);
        pending_.clear();
        chunk.remove_prefix(newline + 1);
    }
}

void LineOutput::end() {
    if (!pending_.empty()) line(pending_);
    pending_.clear();
}

}  // namespace jailctl::scripts

#include "output.hpp"

namespace jailctl::scripts {

namespace {

constexpr std::size_t most_bytes = 64 * 1024;
constexpr std::size_t most_lines = 1000;

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
    if (!full_) cutter_.add(chunk, [this](std::string_view text) { line(text); });
}

void LineOutput::end() {
    cutter_.finish([this](std::string_view text) { line(text); });
}

}  // namespace jailctl::scripts

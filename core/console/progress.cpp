#include "console/progress.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "columns.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core {

std::string progress_text(std::uint64_t done, std::uint64_t total, double seconds) {
    if (done == 0 && total == 0) return human_seconds(seconds);
    const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
    std::string text = human_bytes(done);
    if (total > 0) text += " of " + human_bytes(std::max(total, done));
    text += fmt::format(", {}/s", human_bytes(static_cast<std::uint64_t>(rate)));
    if (total > done && rate > 0) text += ", " + human_seconds(static_cast<double>(total - done) / rate) + " left";
    return text;
}

std::string progress_bar(std::uint64_t done, std::uint64_t total, int width) {
    if (total == 0) return {};
    const double part = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    const auto full = static_cast<std::size_t>(part * width);
    return "[" + std::string(full, '#') + std::string(static_cast<std::size_t>(width) - full, '-') +
           fmt::format("] {:3.0f}%", part * 100);
}

std::string progress_line(std::string_view what, std::uint64_t done, std::uint64_t total, double seconds,
                          std::size_t columns) {
    constexpr std::size_t most_cells = 24, fewest_cells = 4, around = 9;  // " [", "] 100%" and " " are around the cells
    const auto text = progress_text(done, total, seconds);
    const auto needed = columns_of(what) + text.size() + around + 1;  // a full last column may break it
    const auto cells = std::min(most_cells, columns - std::min(columns, needed));
    const auto bar = cells < fewest_cells ? std::string{} : progress_bar(done, total, static_cast<int>(cells));
    const auto line = std::string(what) + (bar.empty() ? ": " : " " + bar + " ") + text;
    return std::string(cut_to_columns(line, columns - 1));
}

TimedProgress::TimedProgress(std::string what, std::uint64_t total, std::function<std::size_t()> columns,
                             std::chrono::milliseconds interval, std::function<void(const std::string&)> show,
                             std::function<void()> clear)
    : what_(std::move(what)), total_(total), columns_(std::move(columns)), interval_(interval), show_(std::move(show)),
      clear_(std::move(clear)), start_(Clock::now()), next_(start_ + std::chrono::seconds(1)) {}

TimedProgress::~TimedProgress() {
    if (shown_) clear_();
}

void TimedProgress::update(std::uint64_t done) {
    const auto now = Clock::now();
    if (now < next_) return;
    next_ = now + interval_;
    shown_ = true;
    const double seconds = std::chrono::duration<double>(now - start_).count();
    show_(columns_ ? progress_line(what_, done, total_, seconds, columns_())
                   : what_ + ": " + progress_text(done, total_, seconds));
}

}  // namespace jailctl::core

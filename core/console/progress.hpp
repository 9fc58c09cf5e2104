#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "jailctl/sdk/console.hpp"

namespace jailctl::core {

/// "12.4 MB of 169 MB, 80.2 MB/s, 2 s left"; without a total only bytes and rate, before the first byte of it "20 s".
[[nodiscard]] std::string progress_text(std::uint64_t done, std::uint64_t total, double seconds);
/// "[######--------]  42%" with `width` cells; empty without a total.
[[nodiscard]] std::string progress_bar(std::uint64_t done, std::uint64_t total, int width);

/// All of it in one line of a terminal that wide: in a narrow one the bar gets shorter, then goes, then the
/// end is cut off.
[[nodiscard]] std::string progress_line(std::string_view what, std::uint64_t done, std::uint64_t total, double seconds,
                                        std::size_t columns);

/// Shows itself once a second has passed, then at `interval`. What is shown goes to `show`; `clear` ends a bar.
class TimedProgress final : public Progress {
public:
    using Clock = std::chrono::steady_clock;
    /// @param columns  how wide the terminal is now, for a bar; empty: there is none, and lines are as long as they are
    TimedProgress(std::string what, std::uint64_t total, std::function<std::size_t()> columns,
                  std::chrono::milliseconds interval,
                  std::function<void(const std::string&)> show, std::function<void()> clear);
    ~TimedProgress() override;
    void update(std::uint64_t done) override;

private:
    std::string what_;
    std::uint64_t total_;
    std::function<std::size_t()> columns_;
    bool shown_ = false;
    std::chrono::milliseconds interval_;
    std::function<void(const std::string&)> show_;
    std::function<void()> clear_;
    Clock::time_point start_, next_;
};

}  // namespace jailctl::core

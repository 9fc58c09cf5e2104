#include "config/provenance.hpp"

#include <algorithm>

namespace jailctl::core::config {

void Traced::add_run(std::size_t start, Position from, bool together) {
    if (!runs_.empty() && !together && !runs_.back().together) {
        const Run& last = runs_.back();
        const Position next{last.from.file, last.from.offset + static_cast<std::uint32_t>(start) - last.start};
        if (next == from) return;  // goes on where the last run ended
    }
    runs_.push_back({static_cast<std::uint32_t>(start), from, together});
}

void Traced::append(char byte, Position from) {
    add_run(text_.size(), from, false);
    text_ += byte;
}

void Traced::append_from(std::string_view bytes, Position from) {
    if (bytes.empty()) return;
    add_run(text_.size(), from, true);
    text_ += bytes;
}

std::size_t Traced::run_of(std::size_t index) const {
    const auto after = std::upper_bound(runs_.begin(), runs_.end(), index,
                                        [](std::size_t wanted, const Run& run) { return wanted < run.start; });
    return static_cast<std::size_t>(after - runs_.begin()) - 1;
}

void Traced::append(const Traced& other, std::size_t start, std::size_t length) {
    if (length == 0) return;
    const std::size_t base = text_.size();
    const std::size_t runs = other.runs_.size();  // other may be this: only what was there before
    for (std::size_t i = other.run_of(start); i < runs && other.runs_[i].start < start + length; ++i) {
        const Run run = other.runs_[i];
        const std::size_t first = std::max<std::size_t>(run.start, start);
        const auto skipped = run.together ? 0U : static_cast<std::uint32_t>(first) - run.start;
        add_run(base + first - start, {run.from.file, run.from.offset + skipped}, run.together);
    }
    text_.append(other.text_, start, length);
}

void Traced::truncate(std::size_t size) {
    if (size >= text_.size()) return;
    text_.resize(size);
    while (!runs_.empty() && runs_.back().start >= size) runs_.pop_back();
}

Traced Traced::part(std::size_t start, std::size_t length) const {
    Traced result;
    result.append(*this, start, length);
    return result;
}

Position Traced::at(std::size_t index) const {
    const Run& run = runs_[run_of(index)];
    const auto into = run.together ? 0U : static_cast<std::uint32_t>(index) - run.start;
    return {run.from.file, run.from.offset + into};
}

}  // namespace jailctl::core::config

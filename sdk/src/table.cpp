#include "jailctl/sdk/table.hpp"

#include <algorithm>
#include <utility>

namespace jailctl {
namespace {

std::vector<std::size_t> widths_of(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
    }
    return widths;
}

}  // namespace

std::vector<std::string> in_columns(const std::vector<std::vector<std::string>>& rows) {
    const auto widths = widths_of(rows);
    std::vector<std::string> lines;
    lines.reserve(rows.size());
    for (const auto& row : rows) {
        std::string line, blanks;
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (widths[i] == 0) continue;
            if (!row[i].empty()) line += std::exchange(blanks, {}) + row[i];
            blanks.append(widths[i] - row[i].size() + 2, ' ');
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

}  // namespace jailctl

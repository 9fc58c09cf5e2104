#include "line_printer.hpp"

#include <algorithm>

namespace jailctl::provision {

void LinePrinter::give() {
    print_(line_);
    line_.clear();
}

void LinePrinter::feed(std::string_view chunk) {
    const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), total_limit - given_));
    dropped_ += chunk.size() - room;
    given_ += room;
    for (const char c : chunk.substr(0, room)) {
        if (c == '\n') {
            give();
        } else {
            line_ += c;
            if (line_.size() == line_limit) give();
        }
    }
}

void LinePrinter::finish() {
    if (!line_.empty()) give();
}

}  // namespace jailctl::provision

#include "line_printer.hpp"

#include <algorithm>

namespace jailctl::provision {

void LinePrinter::feed(std::string_view chunk) {
    const auto room = static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), total_limit - given_));
    dropped_ += chunk.size() - room;
    given_ += room;
    lines_.add(chunk.substr(0, room), print_);
}

void LinePrinter::finish() { lines_.finish(print_); }

}  // namespace jailctl::provision

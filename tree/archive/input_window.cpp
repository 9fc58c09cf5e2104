#include "archive/input_window.hpp"

namespace jailctl::tree {

std::string_view InputWindow::fill(std::size_t wanted) {
    while (!ended_ && bytes_.size() - used_ < wanted) {
        // Moved to the front only when more than half is used up: each byte is moved once at most, on average.
        if (used_ > bytes_.size() / 2) {
            bytes_.erase(0, used_);
            used_ = 0;
        }
        const std::string_view piece = from_.next();
        bytes_ += piece;
        ended_ = piece.empty();
    }
    return std::string_view(bytes_).substr(used_);
}

}  // namespace jailctl::tree

#pragma once

#include <string>
#include <string_view>

#include "archive/source.hpp"

namespace jailctl::tree {

/// What comes next of a source, in one piece as long as somebody needs it.
class InputWindow {
public:
    /// @param from  must outlive this
    explicit InputWindow(ByteSource& from) : from_(from) {}
    /// Reads on until `wanted` bytes are there or the source ends. @return what is there, valid until the next call
    std::string_view fill(std::size_t wanted);
    /// Passes over the first `size` bytes of what fill() gave.
    void use(std::size_t size) noexcept { used_ += size; }

private:
    ByteSource& from_;
    std::string bytes_;
    std::size_t used_ = 0;  // at the beginning of bytes_
    bool ended_ = false;
};

}  // namespace jailctl::tree

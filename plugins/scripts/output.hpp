#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "jailctl/sdk/lines.hpp"

namespace jailctl::scripts {

/// Cuts what a script writes into lines and hands them on as "name: line". A flood is bounded: after 64 KiB or 1000
/// lines one sentence says that the rest is not shown; it is read all the same, so that the script does not block.
class LineOutput {
public:
    using Show = std::function<void(const std::string& line)>;
    LineOutput(std::string name, Show show) : name_(std::move(name)), show_(std::move(show)) {}
    void take(std::string_view chunk);
    /// Shows a last line without newline, if there is one.
    void end();

private:
    void line(std::string_view text);
    std::string name_;
    Show show_;
    LineCutter cutter_{4096};
    std::size_t bytes_ = 0, lines_ = 0;
    bool full_ = false;
};

}  // namespace jailctl::scripts

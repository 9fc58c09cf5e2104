#pragma once

#include <functional>

#include "archives.hpp"

namespace jailctl::tree::test {

/// A backup in two passes, in this process: between live() and finish() the tree may change.
class TwoPasses : public Archives {
protected:
    /// @param synced  is called between the file system's sync and the walk
    void live(Value arguments = Value::object(), const std::function<void()>& synced = {});
    /// The second pass, and the archive_ of both. @return the result of `splice`; second_ has that of `catch_up`
    Value finish(const std::string& format = "tar.gz");
    /// The archive gives the tree as it stands, by our own restore, GNU tar and bsdtar, and is sound.
    void expect_the_tree();
    static void wait_for_the_clock();  ///< until the clock that stamps files went on

    Value second_;

private:
    fs::path file(const char* name) const { return scratch_.path() / name; }
    Value arguments_;
    std::int64_t since_ = 0, end_ = 0;
    int round_ = 0;
};

}  // namespace jailctl::tree::test

#include "../actions.hpp"

#include <unistd.h>

#include <vector>

#include "../change.hpp"
#include "../copy_content.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"

namespace jailctl::tree::actions {

namespace {

/// Into what is no file: one byte after the other, to the end of what can be read.
std::uint64_t stream_content(int in, int out) {
    std::vector<char> buffer(1 << 18);
    std::uint64_t bytes = 0;
    for (;;) {
        const ssize_t got = ::pread(in, buffer.data(), buffer.size(), static_cast<off_t>(bytes));
        if (got < 0) throw_errno("cannot read it");
        if (got == 0) return bytes;
        write_all(out, {buffer.data(), static_cast<std::size_t>(got)}, "the output");
        bytes += static_cast<std::uint64_t>(got);
    }
}

}  // namespace

Value copy_file(Job& job) {
    const int source = job.descriptor("source");
    const Facts before = facts_of(source);
    if (before.kind != Kind::regular) throw Error(Errc::invalid, "copy_file: its source is no regular file");
    const int out = job.descriptor("out");
    const std::uint64_t bytes = job.arguments()["stream"].truth() ? stream_content(source, out)
                                                                  : copy_content(source, out, before.size);
    if (const std::string what = change_of(before, facts_of(source)); !what.empty()) job.note("", what);
    return Value::object().set("entries", 1).set("bytes", bytes);
}

}  // namespace jailctl::tree::actions

#include "manifest.hpp"

#include <cerrno>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t longest_line = std::size_t{8} << 20;

}  // namespace

void each_manifest_line(int file, const std::function<void(const Value&)>& take) {
    std::string rest, chunk(65536, '\0');
    off_t at = 0;
    for (;;) {
        const ssize_t got = ::pread(file, chunk.data(), chunk.size(), at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw_errno("cannot read the manifest");
        if (got == 0) break;
        at += got;
        rest.append(chunk, 0, static_cast<std::size_t>(got));
        std::size_t begin = 0;
        for (auto end = rest.find('\n'); end != std::string::npos; end = rest.find('\n', begin)) {
            take(parse_json(std::string_view(rest).substr(begin, end - begin)));
            begin = end + 1;
        }
        rest.erase(0, begin);
        if (rest.size() > longest_line) throw Error(Errc::damaged, "the manifest has a line without end");
    }
    if (!rest.empty()) throw Error(Errc::damaged, "the manifest ends in the middle of a line");
}

std::vector<Extent> data_in_manifest(const Value& list, std::uint64_t size) {
    std::vector<Extent> found;
    std::uint64_t at = 0;
    for (const Value& one : list.items()) {
        const auto& pair = one.items();
        const auto number = [&](std::size_t i) { return static_cast<std::uint64_t>(pair[i].num(-1)); };
        if (pair.size() != 2 || number(0) < at || number(0) > size || number(1) > size - number(0))
            throw Error(Errc::damaged, "the manifest has a bad stretch of data");
        at = number(0) + number(1);
        found.push_back({number(0), number(1)});
    }
    return found;
}

std::string attribute_in_manifest(std::string_view hex) {
    const bool digits = hex.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
    if (!digits || hex.size() % 2 != 0) throw Error(Errc::damaged, "the manifest has an attribute that is no bytes");
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2)
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    return bytes;
}

}  // namespace jailctl::tree

#include "flocks.hpp"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <ctime>
#include <string>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"
#include "jailctl/sdk/lines.hpp"
#include "jailctl/sdk/lock.hpp"
#include "jailctl/sdk/scoped.hpp"

namespace jailctl {

namespace {

template <class Number>
Number number_in(std::string_view text, int base = 10) {
    Number number{};
    std::from_chars(text.data(), text.data() + text.size(), number, base);
    return number;
}

/// "00:1b:1234": major and minor in hexadecimal, the inode in decimal.
HeldFlock flock_of(std::string_view pid, std::string_view file) {
    const auto minor = file.substr(std::min(file.size(), file.find(':') + 1));
    return {number_in<pid_t>(pid), ::makedev(number_in<unsigned>(file, 16), number_in<unsigned>(minor, 16)),
            number_in<std::uint64_t>(file.substr(file.rfind(':') + 1))};
}

}  // namespace

/// "1: FLOCK  ADVISORY  WRITE 708 00:1b:1234 0 EOF"; with "->" after the number it waits.
std::vector<HeldFlock> parse_flocks(std::string_view text) {
    std::vector<HeldFlock> held;
    for (const auto line : lines_of(text)) {
        const auto words = split_words(line);
        if (words.size() < 6 || words[1] != "FLOCK") continue;
        held.push_back(flock_of(words[4], words[5]));
    }
    return held;
}

std::vector<HeldFlock> held_flocks() {
    const UniqueFd file(::open("/proc/locks", O_RDONLY | O_CLOEXEC));
    if (!file) throw_errno("cannot open /proc/locks");
    std::string text;
    char part[16384];
    for (ssize_t got = 0; (got = ::read(file.get(), part, sizeof part)) > 0;)
        text.append(part, static_cast<std::size_t>(got));
    return parse_flocks(text);
}

}  // namespace jailctl

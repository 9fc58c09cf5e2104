#include "jailctl/sdk/supervision.hpp"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "jailctl/sdk/state.hpp"

namespace jailctl {
namespace {

constexpr const char* folder = "supervised";

std::string file_name(const JailName& jail) { return jail.text() + ".pid"; }

std::string path_of(const Configuration& configuration, const JailName& jail) {
    return (StateDirectory::running(configuration).path() / folder / file_name(jail)).string();
}

}  // namespace

void hand_to_supervisor(const Configuration& configuration, const JailName& jail, int init) {
    const UniqueFd directory = StateDirectory::running(configuration).open(folder);
    replace_file(directory.get(), file_name(jail), std::to_string(init) + "\n", 0644, false);
}

void take_from_supervisor(const Configuration& configuration, const JailName& jail) {
    const std::string path = path_of(configuration, jail);
    if (::unlink(path.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR) throw_errno("cannot remove " + path);
}

bool is_supervised(const Configuration& configuration, const JailName& jail, int init) {
    const UniqueFd file{::open(path_of(configuration, jail).c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
    char text[32];
    const ssize_t got = file ? ::read(file.get(), text, sizeof text) : 0;
    return got > 0 && std::string_view(text, static_cast<std::size_t>(got)) == std::to_string(init) + "\n";
}

Error supervised(const JailName& jail) {
    const std::string& name = jail.text();
    return Error(Errc::busy, name + " is supervised: it would be started again")
        .with_hint("stop it where that is done: systemctl stop jailctl@" + name);
}

}  // namespace jailctl

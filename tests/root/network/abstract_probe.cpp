/// Run inside a jail: connects to an abstract UNIX socket by name and ends with the errno; 0: it was let.
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>

int main(int count, char** words) {
    if (count != 2) return 255;
    sockaddr_un there{};
    there.sun_family = AF_UNIX;
    const std::size_t size = std::strlen(words[1]);
    if (size + 1 > sizeof there.sun_path) return 255;
    std::memcpy(there.sun_path + 1, words[1], size);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + size);
    return connect(fd, reinterpret_cast<const sockaddr*>(&there), length) == 0 ? 0 : errno;
}

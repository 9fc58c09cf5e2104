#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <mqueue.h>
#include <netinet/in.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "probe.hpp"

namespace probe {
namespace {

constexpr key_t key = 0x6a61696c;
constexpr const char* queue = "/jailctl-probe";

struct Address {
    sockaddr_un name{};
    socklen_t length = 0;
    Address() {
        name.sun_family = AF_UNIX;
        static constexpr char text[] = "\0jailctl-probe";
        std::memcpy(name.sun_path, text, sizeof text - 1);
        length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + sizeof text - 1);
    }
    [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&name); }
};

sockaddr_in loopback() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(7797);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

}  // namespace

/// Puts up what has a name of its own in a namespace, until it is asked to end.
int offer() {
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigprocmask(SIG_BLOCK, &ends, nullptr);
    const Address address;
    const sockaddr_in port = loopback();
    const int listening = socket(AF_UNIX, SOCK_STREAM, 0), tcp = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(tcp, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const int memory = shmget(key, 4096, IPC_CREAT | 0666);
    const bool up = bind(listening, address.get(), address.length) == 0 && listen(listening, 1) == 0 &&
                    bind(tcp, reinterpret_cast<const sockaddr*>(&port), sizeof port) == 0 && listen(tcp, 1) == 0 &&
                    memory >= 0 && mq_open(queue, O_CREAT | O_RDWR, 0666, nullptr) >= 0;
    say("offer", up ? "up" : outcome(-1));
    int signal = 0;
    if (up) sigwait(&ends, &signal);
    shmctl(memory, IPC_RMID, nullptr);
    mq_unlink(queue);
    return 0;
}

/// Looks for it. @param process  number of one that must not be there
int reach(const char* process) {
    attempt_call("abstract-socket", [] {
        const Address address;
        return connect(socket(AF_UNIX, SOCK_STREAM, 0), address.get(), address.length);
    });
    attempt_call("loopback", [] {
        const sockaddr_in port = loopback();
        return connect(socket(AF_INET, SOCK_STREAM, 0), reinterpret_cast<const sockaddr*>(&port), sizeof port);
    });
    attempt_call("shared-memory", [] { return shmget(key, 1, 0); });
    attempt_call("message-queue", [] { return mq_open(queue, O_RDWR); });
    attempt_call("signal", [&] { return kill(std::atoi(process), 0); });
    attempt_call("proc-entry", [&] { return access((std::string("/proc/") + process).c_str(), F_OK); });
    return 0;
}

}  // namespace probe

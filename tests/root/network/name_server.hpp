#pragma once

#include <arpa/inet.h>
#include <csignal>
#include <fcntl.h>
#include <sched.h>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace jailctl::test {

/// A name server that answers whatever it is asked, on 192.0.2.1 of the bed's host. Ends with us.
class NameServer {
public:
    explicit NameServer(const std::string& network_namespace) : pid_(::fork()) {
        if (pid_ != 0) return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const int space = ::open(network_namespace.c_str(), O_RDONLY | O_CLOEXEC);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(53);
        at.sin_addr.s_addr = ::inet_addr("192.0.2.1");
        if (::setns(space, CLONE_NEWNET) != 0) ::_exit(1);
        const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        if (::bind(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) != 0) ::_exit(1);
        char packet[512];
        for (socklen_t size = sizeof at;; size = sizeof at) {
            const ssize_t got = ::recvfrom(fd, packet, sizeof packet, 0, reinterpret_cast<sockaddr*>(&at), &size);
            if (got < 3) ::_exit(1);
            packet[2] = static_cast<char>(packet[2] | 0x80);
            (void)::sendto(fd, packet, static_cast<std::size_t>(got), 0, reinterpret_cast<sockaddr*>(&at), size);
        }
    }
    NameServer(const NameServer&) = delete;
    NameServer& operator=(const NameServer&) = delete;
    ~NameServer() {
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

private:
    pid_t pid_;
};

}  // namespace jailctl::test

// The packets of the question whether a name server answers, and asking one on the loopback.
#include "name_servers.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::create {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

/// Answers the n-th question it hears; the ones before are lost.
class Responder {
public:
    explicit Responder(int n, unsigned char code = 0) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&at), size), 0);
        EXPECT_EQ(::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&at), &size), 0);
        port = ntohs(at.sin_port);
        answering_ = std::thread([this, n, code] { answer(n, code); });
    }
    ~Responder() {
        ::shutdown(socket_.get(), SHUT_RDWR);  // ends a recvfrom that is still waiting
        answering_.join();
    }
    std::uint16_t port = 0;

private:
    void answer(int n, unsigned char code) {
        char packet[512];
        sockaddr_in from{};
        for (int heard = 1;; ++heard) {
            socklen_t size = sizeof from;
            const ssize_t got =
                ::recvfrom(socket_.get(), packet, sizeof packet, 0, reinterpret_cast<sockaddr*>(&from), &size);
            if (got <= 0) return;
            if (heard < n) continue;
            packet[2] = static_cast<char>(packet[2] | 0x80);
            packet[3] = static_cast<char>(code);
            (void)::sendto(socket_.get(), packet, static_cast<std::size_t>(got), 0, reinterpret_cast<sockaddr*>(&from),
                           size);
        }
    }
    UniqueFd socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
    std::thread answering_;
};

const Address loopback = Address::parse("127.0.0.1");

TEST(NameServers, AreReadFromAResolvConf) {
    const auto servers = name_servers_in(
        "# nameserver 192.0.2.9\nnameserver 192.0.2.53\nsearch a.test\nnameserver\t2001:db8::53\n"
        "nameserver fe80::1%eth0\nnameserver\n");
    EXPECT_THAT(servers, ElementsAre(Address::parse("192.0.2.53"), Address::parse("[2001:db8::53]")));
}

TEST(NameServers, TheQuestionIsOfTheRoot) {
    EXPECT_EQ(dns_question(0x1234), std::string("\x12\x34\1\0\0\1\0\0\0\0\0\0\0\0\2\0\1", 17));
}

TEST(NameServers, AnAnswerIsOneToOurQuestion) {
    std::string answer = dns_question(0x1234);
    EXPECT_EQ(read_dns_answer(answer, 0x1234), DnsAnswer::none) << "a question";
    answer[2] = static_cast<char>(0x81);
    EXPECT_EQ(read_dns_answer(answer, 0x1234), DnsAnswer::answered);
    EXPECT_EQ(read_dns_answer(answer, 0x1235), DnsAnswer::none);
    EXPECT_EQ(read_dns_answer(answer.substr(0, 11), 0x1234), DnsAnswer::none);
    EXPECT_EQ(read_dns_answer("", 0), DnsAnswer::none);
    answer[3] = 2;
    EXPECT_EQ(read_dns_answer(answer, 0x1234), DnsAnswer::answered) << "SERVFAIL: it is there";
    answer[3] = 5;
    EXPECT_EQ(read_dns_answer(answer, 0x1234), DnsAnswer::refused);
}

TEST(NameServers, OneThatAnswersIsHeardAndOneThatRefusesToo) {
    const Responder one(1), other(1, 5);
    EXPECT_THAT(ask_name_servers({loopback}, milliseconds(5000), one.port), ElementsAre(DnsAnswer::answered));
    EXPECT_THAT(ask_name_servers({loopback}, milliseconds(5000), other.port), ElementsAre(DnsAnswer::refused));
}

TEST(NameServers, AreAskedASecondTime) {
    const Responder second(2);
    EXPECT_THAT(ask_name_servers({loopback}, milliseconds(2000), second.port), ElementsAre(DnsAnswer::answered));
}

TEST(NameServers, ThoseThatAreNotThereAreNone) {
    const Responder deaf(1000);
    EXPECT_THAT(ask_name_servers({loopback}, milliseconds(100), deaf.port), ElementsAre(DnsAnswer::none));
    std::uint16_t closed = 0;
    { closed = Responder(1).port; }
    EXPECT_THAT(ask_name_servers({loopback, Address::parse("[::1]")}, milliseconds(200), closed),
                ElementsAre(DnsAnswer::none, DnsAnswer::none));
}

}  // namespace
}  // namespace jailctl::create

/// RATE on the link of a jail: what is beyond it does not pass, in either way.
#include <arpa/inet.h>
#include <sys/socket.h>

#include <chrono>
#include <thread>

#include "provider.hpp"
#include "rate.hpp"

namespace jailctl::lifecycle {
namespace {

TEST(Rates, AreReadOrRefused) {
    EXPECT_EQ(parse_rates("100mbit").in, 12500000U);
    EXPECT_EQ(parse_rates("100mbit").out, 12500000U);
    EXPECT_EQ(parse_rates("in:64kbit out:2gbit").in, 8000U);
    EXPECT_EQ(parse_rates("in:64kbit out:2gbit").out, 250000000U);
    EXPECT_EQ(parse_rates("out:1mbit").in, 0U);
    for (const auto* none : {"", "none"}) EXPECT_EQ(parse_rates(none).in + parse_rates(none).out, 0U);
    for (const auto* wrong : {"1", "mbit", "-1mbit", "1mbit 1mbit", "in:1mbit 2mbit", "in:1mbit in:2mbit", "63kbit",
                              "101gbit", "up:1mbit", "1.5mbit", "1mbit;drop"}) {
        EXPECT_THROW((void)parse_rates(wrong), Error) << wrong;
    }
}

class Rate : public Provider {
protected:
    void SetUp() override {
        Provider::SetUp();
        if (bed_) lan_.reset(::open(bed_->lan_path().c_str(), O_RDONLY | O_CLOEXEC));
    }
    /// Sends 2 MB of datagrams from one namespace to an address in another, at once, and says how many of 2000 came.
    static int pass(int from, int to, const char* address) {
        UniqueFd receiver, sender;
        {
            const InsideNetns inside(to);
            receiver.reset(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        }
        {
            const InsideNetns inside(from);
            sender.reset(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        }
        const int room = 16 << 20;
        ::setsockopt(receiver.get(), SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof room);
        sockaddr_in there{};
        there.sin_family = AF_INET;
        there.sin_port = htons(4000);
        EXPECT_EQ(::bind(receiver.get(), reinterpret_cast<const sockaddr*>(&there), sizeof there), 0);
        inet_pton(AF_INET, address, &there.sin_addr);
        char datagram[1000] = {};
        int came = 0;
        const auto count = [&] {
            while (::recv(receiver.get(), datagram, sizeof datagram, 0) > 0) ++came;
        };
        const auto send = [&] {
            (void)::sendto(sender.get(), datagram, sizeof datagram, 0, reinterpret_cast<const sockaddr*>(&there),
                           sizeof there);
        };
        send();  // finds the neighbour, for which only a few may wait
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        for (int i = 1; i < 2000; ++i) send();
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        count();
        return came;
    }

    UniqueFd lan_;
};

TEST_F(Rate, WhatIsBeyondItDoesNotPass) {
    auto one = jail("a.test", "192.0.2.7");
    const auto free = join(one);
    EXPECT_GT(pass(lan_.get(), netns_.get(), "192.0.2.7"), 1900);
    EXPECT_GT(pass(netns_.get(), lan_.get(), "192.0.2.100"), 1900);
    network().leave(host_, one, free);
    const auto before = bed_->host_network();
    // 2 MB are 16 s of it: how fast the machine is does not matter.
    for (const bool in : {true, false}) {
        another_netns();
        one.settings.set("RATE", {in ? "in:1mbit" : "out:1mbit", {}, true});
        const auto record = join(one);
        const int to_jail = pass(lan_.get(), netns_.get(), "192.0.2.7"),
                  from_jail = pass(netns_.get(), lan_.get(), "192.0.2.100");
        EXPECT_LT(in ? to_jail : from_jail, 1000);
        EXPECT_GT(in ? to_jail : from_jail, 20);
        EXPECT_GT(in ? from_jail : to_jail, 1900);
        one.settings.set("RATE", {"none", {}, true});
        change_rates(one, "routed", record);
        EXPECT_GT(pass(lan_.get(), netns_.get(), "192.0.2.7"), 1900);
        EXPECT_GT(pass(netns_.get(), lan_.get(), "192.0.2.100"), 1900);
        network().leave(host_, one, record);
        EXPECT_EQ(bed_->host_network(), before);
    }
}

TEST_F(Rate, IsForLinksOfTheJailsOwn) {
    auto one = jail("a.test", "192.0.2.7");
    one.settings.set("NETWORK", {"none", {}, true});
    one.settings.set("RATE", {"1mbit", {"a.conf", 3, 1}, true});
    EXPECT_THAT(message_of([&] { (void)make_no_network()->check(host_.fake_configuration, one); }, Errc::config),
                ::testing::HasSubstr("RATE (a.conf:3)"));
    EXPECT_THAT(message_of([&] { change_rates(one, "host", {}); }, Errc::invalid),
                ::testing::HasSubstr("has no link of its own (it runs with NETWORK=host)"));
    one.settings.set("RATE", {"none", {"a.conf", 3, 1}, true});
    (void)make_no_network()->check(host_.fake_configuration, one);
}

}  // namespace
}  // namespace jailctl::lifecycle

#include <gtest/gtest.h>
#include <net/if.h>

#include <set>

#include "addresses.hpp"
#include "forward.hpp"
#include "links.hpp"
#include "network.hpp"
#include "network_setting.hpp"
#include "probe.hpp"

namespace jailctl::lifecycle {
namespace {

TEST(VethOf, MakesANameTheKernelTakesAndKeepsIt) {
    const auto pair = veth_of(JailName("A-Long-Label.of-a-Jail.example.org"));
    EXPECT_EQ(pair.host_name.size(), 15U);
    EXPECT_LT(pair.host_name.size(), static_cast<std::size_t>(IFNAMSIZ));
    EXPECT_EQ(pair.host_name, veth_of(JailName("a-long-label.of-a-jail.EXAMPLE.org")).host_name);
    EXPECT_EQ(pair.host_name.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz"), std::string::npos);
}

TEST(OddAddress, IsOneThatCannotBeHadInThatNetwork) {
    const auto is_odd = [](const char* address, const char* kind) {
        return odd_address(Jail{JailName("a.test"), {Address::parse("192.0.2.1"), Address::parse(address)}, {}, {}, {}},
                           kind)
            .has_value();
    };
    for (const char* kind : {"routed", "bridge"}) {
        for (const char* odd :
             {"127.0.0.5", "[::1]", "192.0.2.0/24", "192.0.2.255/24", "10.0.0.0/8", "192.0.2.4/30", "192.0.2.7/30"})
            EXPECT_TRUE(is_odd(odd, kind)) << odd << kind;
        for (const char* usual :
             {"192.0.2.0", "192.0.2.0/32", "192.0.2.8/31", "192.0.2.9/31", "192.0.2.5/30", "10.0.0.255/8",
              "[2001:db8::]", "[2001:db8::8]/127", "[2001:db8::7]/128", "[2001:db8::ffff]/112"})
            EXPECT_FALSE(is_odd(usual, kind)) << usual << kind;
    }
    for (const char* link_local : {"169.254.3.4", "169.254.3.4/16", "[fe80::7]", "[febf::7]/64"}) {
        EXPECT_TRUE(is_odd(link_local, "routed")) << link_local;
        EXPECT_FALSE(is_odd(link_local, "bridge")) << link_local << ", where it is not routed";
    }
    EXPECT_FALSE(is_odd("169.253.0.7", "routed"));
    EXPECT_FALSE(is_odd("[fec0::7]", "routed"));
}

TEST(VethOf, TellsJailsAndEndsApart) {
    std::set<std::string> names;
    std::set<MacAddress> macs;
    for (int i = 0; i < 2000; ++i) {
        const auto pair = veth_of(JailName("j" + std::to_string(i) + ".test"));
        names.insert(pair.host_name);
        macs.insert(pair.host_mac);
        macs.insert(pair.jail_mac);
        EXPECT_EQ(pair.host_mac[0] & 3, 2);  // unicast, locally administered
    }
    EXPECT_EQ(names.size(), 2000U);
    EXPECT_EQ(macs.size(), 4000U);
}

TEST(CheckNetworkSetting, NamesWhatThisVersionDoes) {
    EXPECT_NO_THROW(check_network_setting("routed"));
    EXPECT_NO_THROW(check_network_setting("none"));
    EXPECT_NO_THROW(check_network_setting("bridge:br0"));
    EXPECT_NO_THROW(check_network_setting("host"));
    EXPECT_THROW(check_network_setting("bridge:"), Error);
    for (const auto* value : {"alias", "", "Routed", "bridge"}) {
        try {
            check_network_setting(value);
            ADD_FAILURE() << value << " was accepted";
        } catch (const Error& error) {
            EXPECT_EQ(error.code(), Errc::invalid);
            EXPECT_NE(std::string(error.what()).find("bridge:NAME, host or none"), std::string::npos) << error.what();
        }
    }
}

TEST(Forwards, AreReadOrRefused) {
    const auto forwards = parse_forwards("tcp:8080:80 udp:53:5353");
    ASSERT_EQ(forwards.size(), 2U);
    EXPECT_EQ(forwards[1].protocol, "udp");
    EXPECT_EQ(forwards[1].host_port, 53);
    EXPECT_EQ(forwards[1].jail_port, 5353);
    EXPECT_TRUE(parse_forwards("").empty());
    for (const auto* wrong : {"tcp", "tcp:80", "tcp:0:80", "tcp:80:65536", "sctp:1:1", "tcp:1:2:3", "tcp::80", ":1:2",
                              "tcp:8080:80 tcp:8080:81", "tcp:80:80;drop"}) {
        EXPECT_THROW((void)parse_forwards(wrong), Error) << wrong;
    }
}

TEST(CanProbe, NeedsAnEthernetThatIsUp) {
    Link link;
    link.type = 1;  // ARPHRD_ETHER
    link.mac.assign(6, '\2');
    link.flags = IFF_UP | IFF_RUNNING;
    EXPECT_TRUE(can_probe(link));
    link.flags = IFF_UP;
    EXPECT_FALSE(can_probe(link)) << "no carrier";
    link.flags = IFF_UP | IFF_RUNNING | IFF_NOARP;
    EXPECT_FALSE(can_probe(link)) << "a dummy or a tunnel";
    link.flags = IFF_UP | IFF_RUNNING | IFF_LOOPBACK;
    EXPECT_FALSE(can_probe(link));
}

}  // namespace
}  // namespace jailctl::lifecycle

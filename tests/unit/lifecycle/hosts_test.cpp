#include "hosts.hpp"

#include <gtest/gtest.h>

namespace jailctl::lifecycle {
namespace {

const std::string begin = "# jailctl: the jails of this host, written by start; HOSTS=no in jails.conf ends that\n";
const std::string end = "# jailctl: end\n";

TEST(HostsBlock, IsAddedReplacedAndTakenOut) {
    const std::string own = "127.0.0.1 localhost\n192.0.2.50 printer\n";
    const std::string one = with_block(own, "192.0.2.8\tdb.test\n");
    EXPECT_EQ(one, own + begin + "192.0.2.8\tdb.test\n" + end);
    EXPECT_EQ(with_block(one, "192.0.2.8\tdb.test\n"), one);
    EXPECT_EQ(with_block(one + "192.0.2.51 scanner", "192.0.2.9\tdb.test\n"),
              own + begin + "192.0.2.9\tdb.test\n" + end + "192.0.2.51 scanner");
    EXPECT_EQ(with_block(one + "192.0.2.51 scanner\n", ""), own + "192.0.2.51 scanner\n");
    EXPECT_EQ(with_block("no end of line", "a\n"), "no end of line\n" + begin + "a\n" + end);
    EXPECT_EQ(with_block("no end of line", ""), "no end of line");
    EXPECT_EQ(with_block("", "a\n"), begin + "a\n" + end);
}

TEST(HostsBlock, ADamagedOneTakesNoLineOfOthersAlong) {
    const std::string fresh = begin + "a\n" + end;
    EXPECT_EQ(with_block(begin + "192.0.2.50 printer\n", "a\n"), fresh + "192.0.2.50 printer\n") << "no last line";
    EXPECT_EQ(with_block("x\n" + end + "y\n", "a\n"), "x\n" + end + "y\n" + fresh) << "no first line";
    EXPECT_EQ(with_block(begin + begin + "b\n" + end + "y\n" + begin + "c\n" + end, "a\n"), fresh + "y\n") << "several";
    EXPECT_EQ(with_block(begin.substr(0, begin.size() - 1), "a\n"), fresh) << "nothing after its first line";
}

TEST(HostsBlock, NamesThoseThatHaveANetwork) {
    const auto jail = [](const char* name, const char* address, const char* network) {
        Jail made{JailName(name), {Address::parse(address)}, {}, {}, {}};
        made.settings.set("NETWORK", {network, {}, true});
        return made;
    };
    Configuration configuration;
    auto own = jail("www.test", "192.0.2.7", "routed");
    configuration.jails = {own,
                           jail("db.test", "[2001:db8::8]", "bridge:br0"),
                           jail("cut.test", "192.0.2.9", "none"),
                           jail("host.test", "127.0.0.2", "host"),
                           jail("localhost", "192.0.2.66", "routed"),
                           jail("mail.test", "192.0.2.10", "routed")};
    configuration.jails[1].addresses.push_back(Address::parse("192.0.2.8"));
    EXPECT_EQ(names_of_others(configuration, own), "2001:db8::8\tdb.test\n192.0.2.8\tdb.test\n192.0.2.10\tmail.test\n");
    EXPECT_EQ(names_of_others(configuration, configuration.jails[2]), "");
    own.settings.set("HOSTS", {"no", {}, true});
    EXPECT_EQ(names_of_others(configuration, own), "");
}

TEST(Hosts, AnAddressThatIsNoMoreTheJailsIsFound) {
    const Jail jail{JailName("www.test"), {Address::parse("192.0.2.7"), Address::parse("[2001:db8::7]")}, {}, {}, {}};
    EXPECT_EQ(stale_address("127.0.1.1 www.test www\n192.0.2.7\twww.test www\n2001:db8::7 www.test\n", jail),
              std::nullopt);
    EXPECT_EQ(stale_address("192.0.2.9 db.test www\n#192.0.2.9 www.test\nnone www.test\n192.0.2.9\n", jail),
              std::nullopt);
    EXPECT_EQ(stale_address("192.0.2.7 www.test\n192.0.2.9\tx www.test # was\n", jail), Address::parse("192.0.2.9"));
    EXPECT_EQ(stale_address("2001:db8::9 www.test", jail), Address::parse("[2001:db8::9]"));
}

}  // namespace
}  // namespace jailctl::lifecycle

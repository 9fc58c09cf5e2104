/// doctor and the interface that jails use: its settings, and the notes of who uses it.
#include "doctor_of_network.hpp"
#include "jailctl/sdk/lock.hpp"
#include "jailctl/sdk/state.hpp"

namespace jailctl::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

/// Notes the users of that RUN_DIR again, as `before` has them; others use the document, too.
void note_again(const StateDirectory& state, const Value& before, const std::string& run_dir) {
    const Lock lock = Lock::for_allotment(state.open("").get());
    Value now = state.read("", "network").value_or(Value::object().set("format", 2).set("boot_id", boot_id()));
    const auto same = [](const Value& a, const Value& b) {
        return a["stack"].num() == b["stack"].num() && a["index"].num() == b["index"].num();
    };
    const auto with_users = [&](Value uplink, const Value& from) {
        Value users = uplink["users"].is_array() ? uplink["users"] : Value::array();
        for (const auto& user : from["users"].items())
            if (user["run_dir"].str() == run_dir) users.push(user);
        return uplink.set("users", std::move(users));
    };
    for (const auto& one : before["uplinks"].items()) {
        if (to_json(one).find('"' + run_dir + '"') == std::string::npos) continue;
        bool there = false;
        Value all = Value::array();
        for (const auto& other : now["uplinks"].items()) {
            there = there || same(one, other);
            all.push(same(one, other) ? with_users(other, one) : other);
        }
        if (!there) all.push(with_users(Value(one).set("users", Value::array()), one));
        now.set("uplinks", std::move(all));
    }
    state.write("", "network", now);
}

TEST_F(DoctorOfNetwork, ASettingOfTheInterfaceThatSomebodyChangedIsSetAgain) {
    start();
    host("echo 0 > /proc/sys/net/ipv4/conf/up0/forwarding");
    const auto found = doctor();
    ASSERT_EQ(found.findings().size(), 1U);
    EXPECT_THAT(found.document["findings"].items().at(0)["message"].str(), HasSubstr("net/ipv4/conf/up0/forwarding"));
    expect_fixed("uplink-settings");
    EXPECT_EQ(bed_->in_host({"cat", "/proc/sys/net/ipv4/conf/up0/forwarding"}).out, "1\n");
}

TEST_F(DoctorOfNetwork, StatusSaysThatAnInterfaceDoesNotForwardAnyMore) {
    start();
    EXPECT_EQ(jailctl({"status", "--wide"}).out.find("nobody beyond"), std::string::npos);
    host("echo 0 > /proc/sys/net/ipv4/conf/up0/forwarding");
    EXPECT_THAT(jailctl({"status", "--wide"}).out,
                HasSubstr("www.test: nobody beyond this host reaches it: net/ipv4/conf/up0/forwarding is 0"));
}

TEST_F(DoctorOfNetwork, AnInterfaceThatTookTheNameOfTheOneThatWasUsedIsLeftAlone) {
    add_uplink("gone0");
    site_->configure({"www.test:198.51.100.7"}, std::string(settings) + "IF=gone0\n");
    start();
    const std::string forwarding = "/proc/sys/net/ipv4/conf/gone0/forwarding";
    ASSERT_EQ(bed_->in_host({"cat", forwarding}).out, "1\n");
    host("ip link del gone0 && ip link add gone0 type veth peer name far0 && echo 1 > " + forwarding +
         " && echo 100 > /proc/sys/net/ipv4/neigh/gone0/proxy_delay");
    EXPECT_THAT(doctor({"--fix"}).findings(), Not(Contains(HasSubstr("uplink-settings"))));
    EXPECT_EQ(jailctl({"stop", "www.test"}).status, 0);
    EXPECT_EQ(bed_->in_host({"cat", forwarding}).out, "1\n");
    EXPECT_EQ(bed_->in_host({"cat", "/proc/sys/net/ipv4/neigh/gone0/proxy_delay"}).out, "100\n");
    host("ip link del gone0");
}

TEST_F(DoctorOfNetwork, AnInterfaceThatWasRenamedIsPutBack) {
    add_uplink("old0");
    site_->configure({"www.test:198.51.100.7"}, std::string(settings) + "IF=old0\n");
    start();
    host("ip link set old0 down && ip link set old0 name new0");
    const std::string forwarding = "/proc/sys/net/ipv4/conf/new0/forwarding";
    ASSERT_EQ(bed_->in_host({"cat", forwarding}).out, "1\n");
    EXPECT_EQ(jailctl({"stop", "www.test"}).status, 0);
    EXPECT_EQ(bed_->in_host({"cat", forwarding}).out, "0\n");
    host("ip link del new0");
}

/// The settings of an interface are the host's: whichever of two configurations stops last puts them back, as they were
/// before the first of both.
TEST_F(DoctorOfNetwork, OfTwoSitesTheLastStopPutsTheInterfaceBack) {
    const Site other({"db.test:192.0.2.8"}, settings);
    make_busybox_root(other.root("db.test"));
    const auto in_other = [&](const std::vector<std::string>& words) { return other.jailctl(words, there()).status; };
    for (const bool first_stops_first : {true, false}) {
        start();
        ASSERT_EQ(in_other({"start", "db.test"}), 0);
        ASSERT_EQ(first_stops_first ? jailctl({"stop", "www.test"}).status : in_other({"stop", "db.test"}), 0);
        EXPECT_EQ(bed_->in_host({"cat", "/proc/sys/net/ipv4/conf/up0/forwarding"}).out, "1\n");
        const char* left = first_stops_first ? "192.0.2.8" : "192.0.2.7";
        EXPECT_EQ(bed_->in_lan({"busybox", "ping", "-c1", "-W5", left}).status, 0) << left;
        ASSERT_EQ(first_stops_first ? in_other({"stop", "db.test"}) : jailctl({"stop", "www.test"}).status, 0);
        EXPECT_EQ(bed_->host_network(), before_);
    }
    EXPECT_FALSE(is_noted(other.run_dir()));
}

/// Its link, which would tell that it is there, cannot be seen from another network namespace.
TEST_F(DoctorOfNetwork, AJailOfAnotherNamespaceIsNotForgottenWithItsRecord) {
    start();
    const auto record = site_->run_dir() / "jails/www.test.json", away = site_->path() / "away";
    std::filesystem::rename(record, away);
    {
        const Site other({"db.test:192.0.2.8"}, std::string(settings) + "IF=lan0\n");
        make_busybox_root(other.root("db.test"));
        RunOptions in_lan;
        in_lan.network_namespace = bed_->lan_path();
        for (const char* command : {"start", "stop"}) {
            const Result done = other.jailctl({command, "db.test"}, in_lan);
            EXPECT_EQ(done.status, 0) << done.all();
        }
    }
    EXPECT_TRUE(is_noted(site_->run_dir()));
    std::filesystem::rename(away, record);
}

/// A configuration whose RUN_DIR is gone with all that ran does not keep the settings for ever.
TEST_F(DoctorOfNetwork, ASiteThatIsGoneCountsNoMore) {
    start();
    {
        const Site gone({"db.test:192.0.2.8"}, settings);
        make_busybox_root(gone.root("db.test"));
        ASSERT_EQ(gone.jailctl({"start", "db.test"}, there()).status, 0);
        const Value noted = StateDirectory::of_host().read("", "network").value_or(Value::object());
        ASSERT_EQ(gone.jailctl({"stop", "db.test"}, there()).status, 0);
        note_again(StateDirectory::of_host(), noted, gone.run_dir().string());
        ASSERT_TRUE(is_noted(gone.run_dir()));
    }
    ASSERT_EQ(jailctl({"stop", "www.test"}).status, 0);
    EXPECT_EQ(bed_->host_network(), before_);
}

TEST_F(DoctorOfNetwork, NotesOfAnInterfaceThatNoJailUsesAreDropped) {
    start();
    const auto state = StateDirectory::of_host();
    const Value noted = state.read("", "network").value_or(Value::object());
    ASSERT_EQ(jailctl({"stop", "www.test"}).status, 0);
    note_again(state, noted, site_->run_dir().string());
    expect_fixed("leftover-uplink");
    EXPECT_FALSE(is_noted(site_->run_dir()));
}

}  // namespace
}  // namespace jailctl::test

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "support.hpp"

/// Values that are well-formed and wrong all the same: `config check` names them where they stand, and the commands
/// that come to use them say the same and end with 2.
namespace jailctl::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class Values : public testing::Test {
protected:
    void SetUp() override { JAILCTL_NEEDS_ROOT(); }
    /// `lines` are the 10th and following of jails.conf, one more for each further jail.
    Result check(const std::string& lines, const std::vector<std::string>& jails = {"a.test:192.0.2.1"}) {
        site_.configure(jails, lines);
        return site_.jailctl({"config", "check"});
    }
    void of_a_test(const std::string& lines) {
        std::filesystem::create_directory(site_.path() / "jails.d");
        spit(site_.path() / "jails.d/a.test.conf", lines, 0600);
    }
    std::string at(const std::string& place) { return site_.config().string() + ":" + place + ": "; }
    Site site_{{}};
};

TEST_F(Values, ABaseThatIsNone) {
    const auto result = check("BASE=busibox");
    EXPECT_EQ(result.status, 2);
    EXPECT_EQ(result.out, at("10:6") +
                              "error: BASE=busibox: there is no base of that name; there are archive:FILE, busybox, "
                              "debootstrap:SUITE\nBASE=busibox\n     ^\ndid you mean busybox?\n");
    EXPECT_EQ(check("BASE=archive:" + (site_.path() / "none.tar").string()).status, 2);
    EXPECT_EQ(check("BASE=busybox").status, 0);
}

TEST_F(Values, ABackendThatIsNoneOrLacksItsPlace) {
    const auto unknown = check("BACKUP_BACKEND=foo");
    EXPECT_EQ(unknown.status, 2);
    EXPECT_THAT(unknown.out,
                HasSubstr(at("10:16") +
                          "error: BACKUP_BACKEND=foo: there is no backend of that name; there are archive, restic\n"
                          "BACKUP_BACKEND=foo\n               ^\n"));
    const auto restic = check("BACKUP_BACKEND=restic", {"a.test:192.0.2.1", "b.test:192.0.2.2"});
    EXPECT_EQ(restic.status, 2);
    EXPECT_THAT(restic.out,
                HasSubstr(at("11:16") + "error: BACKUP_BACKEND=restic needs RESTIC_REPOSITORY, which is not set\n"));
    EXPECT_FALSE(std::filesystem::exists(site_.state() / "restic-cache")) << "looking makes nothing";
}

TEST_F(Values, WhatLeadsNowhereBesideTheNetwork) {
    const auto routed = check("IF=lo\nNETWORK=routed\nGATEWAY=192.0.2.254", {"a.test:192.0.2.1", "b.test:192.0.2.2"});
    EXPECT_EQ(routed.status, 2);
    EXPECT_THAT(routed.out,
                HasSubstr(at("13:9") + "error: GATEWAY leads nowhere: the gateway of jail a.test is the host "
                                       "(NETWORK=routed); the same of 1 more jail\nGATEWAY=192.0.2.254\n        ^\n"));
    const auto none = check("FORWARD=tcp:8080:80");
    EXPECT_EQ(none.status, 2);
    EXPECT_THAT(none.out,
                HasSubstr(at("10:9") + "error: FORWARD leads nowhere: jail a.test has no network (NETWORK=none)\n"));
    const auto host = check("NETWORK=host\nCAPABILITIES=system");
    EXPECT_EQ(host.status, 2);
    EXPECT_THAT(host.out,
                HasSubstr(at("11:14") + "error: CAPABILITIES: jail a.test has CAPABILITIES=system, which is a network "
                                        "stack of its own, and NETWORK=host, which is none\n"));
    EXPECT_EQ(check("NAT=no\nGATEWAY=none\nRATE=none").status, 0);
}

TEST_F(Values, APortOfTheHostForSeveralJails) {
    const std::vector<std::string> jails{"a.test:203.0.113.1", "b.test:203.0.113.2", "c.test:203.0.113.3"};
    const auto all = check("IF=lo\nNETWORK=routed\nFORWARD='udp:53:53 tcp:8080:80'", jails);
    EXPECT_EQ(all.status, 2);
    EXPECT_THAT(all.out,
                HasSubstr(at("14:20") +
                          "error: FORWARD gives port 8080/tcp of the host to 3 jails, and it can lead to one only\n"));
    of_a_test("FORWARD=tcp:8080:8080\n");
    const auto two = check("IF=lo\nNETWORK=routed\nFORWARD=tcp:8080:80", {"a.test:192.0.2.1", "b.test:192.0.2.2"});
    EXPECT_EQ(two.status, 2);
    EXPECT_THAT(
        two.out,
        HasSubstr(
            "jails.d/a.test.conf:1:9: error: FORWARD: port 8080/tcp of the host is that of jail b.test (FORWARD in "));
    EXPECT_EQ(check("IF=lo\nNETWORK=routed", jails).status, 0);
}

TEST_F(Values, AreToldFromTheTopOfTheFileDown) {
    const auto several = check("PIDS=many\nBASE=busibox\nAUTOSTART=maybe");
    EXPECT_EQ(several.status, 2);
    const auto first = several.out.find(at("10:6") + "error: PIDS");
    const auto last = several.out.find(at("12:11") + "error: AUTOSTART");
    ASSERT_NE(first, std::string::npos) << several.out;
    EXPECT_LT(first, last) << several.out;
}

TEST_F(Values, InterfacesThatAreNoneOrMissing) {
    const auto missing = check("NETWORK=routed");
    EXPECT_EQ(missing.status, 2);
    EXPECT_THAT(missing.out,
                HasSubstr("error: IF is not set, and a.test joins a network\nname the interface, as IF=\"eth0\""));
    EXPECT_EQ(site_.jailctl({"status"}).status, 2) << "as every command says";
    const auto odd = check("IF=an/interface");
    EXPECT_EQ(odd.status, 2);
    EXPECT_THAT(odd.out, HasSubstr(at("10:4") + "error: IF: 'an/interface' is not the name of an interface\n"));
    EXPECT_THAT(check("NETWORK=bridge:an/interface").out,
                HasSubstr(at("10:9") + "error: NETWORK: 'an/interface' is not the name of an interface\n"));
    EXPECT_THAT(check("NETWORK=bridge:br0").out, Not(HasSubstr("IF is not set"))) << "which needs none";
}

TEST_F(Values, LinksThatThisHostDoesNotHave) {
    const std::vector<std::string> both{"a.test:192.0.2.1", "b.test:192.0.2.2"};
    const auto uplink = check("IF=none7\nNETWORK=routed", both);
    EXPECT_EQ(uplink.status, 2);
    EXPECT_THAT(uplink.out, HasSubstr(at("11:4") + "error: IF: there is no network interface none7\nIF=none7\n   ^\n"
                                                   "the interfaces of this host are: "));
    const auto bridge = check("NETWORK=bridge:none7");
    EXPECT_EQ(bridge.status, 2);
    EXPECT_THAT(bridge.out, HasSubstr(at("10:9") + "error: NETWORK: there is no bridge none7 on this host\n"));
    EXPECT_THAT(check("NETWORK=bridge:lo").out, HasSubstr("error: NETWORK: lo is no bridge"));
    EXPECT_EQ(check("IF=none7\nNETWORK=none").status, 0) << "no jail joins it";
    EXPECT_EQ(check("IF=lo\nNETWORK=routed", {"a.test:203.0.113.1"}).status, 0);
}

TEST_F(Values, AddressesThatAStartWouldRefuse) {
    const auto host = check("NETWORK=host", {"a.test:203.0.113.1"});
    EXPECT_EQ(host.status, 2);
    EXPECT_THAT(host.out, HasSubstr("error: NETWORK: address 203.0.113.1 of jail a.test is none of the host's"));
    EXPECT_EQ(check("NETWORK=host", {"a.test:127.0.0.2"}).status, 0);
}

/// Of a jail whose own file has a mistake it is not known what it would have of the host's.
TEST_F(Values, NothingIsSaidOfAJailWhoseOwnFileHasAMistake) {
    of_a_test("FORWARD=\"\"\nSTART_AFTER=\"\"\nPIDS=x\n");
    const auto result = check("IF=lo\nNETWORK=routed\nFORWARD=tcp:8080:80\nSTART_AFTER=\"a.test b.test\"",
                              {"a.test:192.0.2.1", "b.test:192.0.2.2"});
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.out, HasSubstr("jails.d/a.test.conf:3:6: error: PIDS: "));
    EXPECT_THAT(result.out, Not(HasSubstr("8080/tcp")));
}

TEST_F(Values, ADirectoryForBackupsThatOthersCanWrite) {
    const auto directory = site_.path() / "backups";
    EXPECT_EQ(check("BACKUPDIR=" + directory.string()).status, 0) << "it is made when it is needed";
    std::filesystem::create_directory(directory);
    std::filesystem::permissions(directory, std::filesystem::perms(0777));
    const auto open = check("BACKUPDIR=" + directory.string());
    EXPECT_EQ(open.status, 2);
    EXPECT_THAT(open.out, HasSubstr("error: BACKUPDIR: "));
    EXPECT_THAT(open.out, HasSubstr("chmod go-w"));
}

/// By way of links, which the configuration does not follow.
TEST_F(Values, ADirectoryForBackupsThatAJailLeadsTo) {
    const auto root = site_.root("a.test");
    std::filesystem::create_directories(root / "var");
    std::filesystem::create_directory_symlink(root / "var", site_.path() / "into");
    std::filesystem::create_directory_symlink(site_.backups(), root / "var/out");
    const auto result = check("BACKUPDIR=" + (site_.path() / "into/out").string());
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.out, HasSubstr("into/out lies in the root of jail a.test\n"));
    EXPECT_THAT(result.out, HasSubstr("\nkeep backups where no jail can write\n"));
    EXPECT_EQ(result.out.find("lies in the root"), result.out.rfind("lies in the root")) << result.out;
}

TEST_F(Values, ADirectoryThatOthersCanEnter) {
    const std::string open = "other users can enter " + site_.home().string() +
                             " and could run what a jail made set-uid\n";
    std::filesystem::permissions(site_.home(), std::filesystem::perms(0755));
    const auto empty = check("");
    EXPECT_EQ(empty.status, 0) << "create closes it: " << empty.all();
    EXPECT_THAT(empty.out, HasSubstr(at("1:11") + "warning: JAIL_HOME: " + open));
    std::filesystem::create_directories(site_.root("b.test") / "bin");
    const auto used = check("", {"a.test:192.0.2.1", "b.test:192.0.2.2"});
    EXPECT_EQ(used.status, 2);
    EXPECT_THAT(used.out, HasSubstr(at("1:11") + "error: JAIL_HOME: " + open + "JAIL_HOME="));
    EXPECT_THAT(site_.jailctl({"start", "b.test"}).err, HasSubstr(open)) << "as a start says";
    std::filesystem::permissions(site_.home(), std::filesystem::perms(0700));
    EXPECT_EQ(check("").status, 0);
}

TEST_F(Values, ADirectoryOfAnEntryThatOthersCanEnter) {
    const auto other = site_.path() / "other";
    std::filesystem::create_directory(other);
    std::filesystem::permissions(other, std::filesystem::perms(0755));
    const auto own = check("", {"a.test:192.0.2.1", "b.test:192.0.2.2:" + other.string()});
    EXPECT_EQ(own.status, 2) << "create closes no directory but JAIL_HOME";
    EXPECT_THAT(own.out, HasSubstr(at("9:1") + "error: JAILS: other users can enter " + other.string()));
    ASSERT_EQ(::chown(other.c_str(), 65534, 65534), 0);
    EXPECT_EQ(check("", {"b.test:192.0.2.2:" + other.string()}).status, 2);
    EXPECT_EQ(check("", {"b.test:192.0.2.2:" + (site_.path() / "none").string()}).status, 0) << "create makes it";
}

TEST_F(Values, AreJudgedByWhatStandsInTheFileOfTheJail) {
    of_a_test("NETWORK=bridge:none7\n");
    EXPECT_THAT(check("IF=lo\nNETWORK=routed\nGATEWAY=192.0.2.254").out, Not(HasSubstr("GATEWAY")))
        << "the only jail is on a bridge";
    of_a_test("NAT=yes\n");
    const auto result = check("");
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.out,
                HasSubstr(
                    "jails.d/a.test.conf:1:5: error: NAT leads nowhere: jail a.test has no network (NETWORK=none)\n"
                    "NAT=yes\n    ^\n"));
}

/// What is read of ADDONS is looked at as the commands do, whether it is set or lies in JAIL_HOME by default.
TEST_F(Values, AFileOfAddonsThatOthersCanWrite) {
    EXPECT_EQ(check("").status, 0);
    for (const std::string name : {"dellist4.txt", "dellist5.txt", "runme.sh"}) {
        const auto file = site_.path() / "addons" / name;
        spit(file, "# nothing\n", 0666);
        std::filesystem::permissions(file, std::filesystem::perms(0666));
        const auto result = check("");
        EXPECT_EQ(result.status, 2);
        EXPECT_THAT(result.out, HasSubstr("error: ADDONS: " + file.string() + " can be written by other users\n"));
        EXPECT_THAT(result.out, HasSubstr("\nchmod go-w " + file.string() + "\n"));
        std::filesystem::remove(file);
    }
    spit(site_.path() / "addons/dellist4.txt", "bin\n../etc\n");
    EXPECT_THAT(check("").out,
                HasSubstr("error: ADDONS: " + (site_.path() / "addons/dellist4.txt").string() + ":2: '../etc'"));
    std::filesystem::rename(site_.path() / "addons", site_.home() / "addons");
    std::string text = slurp(site_.config());
    text.erase(text.find("ADDONS="), text.find('\n', text.find("ADDONS=")) + 1 - text.find("ADDONS="));
    spit(site_.config(), text, 0600);
    EXPECT_THAT(site_.jailctl({"config", "check"}).out,
                HasSubstr("error: JAIL_HOME: " + (site_.home() / "addons/dellist4.txt").string() + ":2: '../etc'"));
}

/// A mistake elsewhere leaves ADDONS without a value, which is no mistake of its own.
TEST_F(Values, AMistakeIsToldAlone) {
    for (const char* more : {"JAILS=$(id)", "JAIL_HOME=$(id)"}) {
        const auto result = check(more);
        EXPECT_EQ(result.status, 2) << result.all();
        EXPECT_THAT(result.out, HasSubstr("command substitution"));
        EXPECT_THAT(result.out, Not(HasSubstr("not an absolute path"))) << more;
    }
}

TEST_F(Values, WhatChangesNothingIsAWarning) {
    const auto addons = check("ADDONS=/no/such/directory");
    EXPECT_EQ(addons.status, 0);
    EXPECT_THAT(addons.out, HasSubstr(at("10:8") + "warning: ADDONS: there is no directory /no/such/directory: "));
    EXPECT_THAT(addons.out, HasSubstr(": ok, 1 jail, 1 warning\n"));
    const auto disable = check("PLUGIN_DISABLE='prune scrips'\nPLUGIN_PREFER=backup:nope");
    EXPECT_EQ(disable.status, 0);
    EXPECT_THAT(disable.out, HasSubstr(at("10:23") + "warning: PLUGIN_DISABLE: there is no plugin 'scrips' in "));
    EXPECT_THAT(disable.out, HasSubstr("\ndid you mean 'scripts'?\n"));
    EXPECT_THAT(disable.out, HasSubstr(at("11:15") + "warning: PLUGIN_PREFER: there is no plugin 'nope' in "));
    EXPECT_THAT(disable.out, HasSubstr(": ok, 1 jail, 2 warnings\n"));
}

TEST_F(Values, APluginThatIsRequiredAndNotThere) {
    const auto result = check("PLUGIN_REQUIRED='scripts firewall'");
    EXPECT_EQ(result.status, 2);
    EXPECT_THAT(result.out,
                HasSubstr(at("10:26") + "error: PLUGIN_REQUIRED: nothing is changed without the plugin 'firewall'"));
}

TEST_F(Values, APluginThatIsRequiredIsLookedForWhereverPluginsAre) {
    site_.configure({}, "PLUGIN_REQUIRED=restic");
    const auto plugins = site_.path() / "plugins";
    std::filesystem::create_directory(plugins);
    const auto result = site_.jailctl({"--plugin-dir", plugins.string(), "config", "check"});
    EXPECT_EQ(result.status, 2) << result.all();
    EXPECT_THAT(result.out, HasSubstr("error: PLUGIN_REQUIRED: nothing is changed without the plugin 'restic'"));
}

TEST_F(Values, AreRefusedInTheSameWordsByTheCommandsThatUseThem) {
    const auto refused = [&](const std::string& lines, const std::vector<std::string>& words) {
        site_.configure({"a.test:192.0.2.1"}, lines);
        const auto result = site_.jailctl(words);
        EXPECT_EQ(result.status, 2) << words.front() << ": " << result.all();
        return result.err;
    };
    const std::string backend = "BACKUP_BACKEND=foo: there is no backend of that name; there are archive, restic";
    std::filesystem::create_directories(site_.root("a.test") / "bin");
    for (const std::vector<std::string>& words : {std::vector<std::string>{"backup", "a.test"},
                                                  {"backups"},
                                                  {"verify", "a.test"},
                                                  {"expire", "a.test"},
                                                  {"expire"},
                                                  {"extract", "a.test", "etc/passwd"},
                                                  {"--batch", "delete", "--backup-first", "a.test"}})
        EXPECT_THAT(refused("BACKUP_BACKEND=foo", words), HasSubstr(backend)) << words.front();
    EXPECT_THAT(refused("FORWARD=tcp:80:80", {"start", "a.test"}),
                HasSubstr("FORWARD (" + site_.config().string() + ":10) leads nowhere: jail a.test has no network"));
    std::filesystem::remove_all(site_.root("a.test"));
    EXPECT_THAT(refused("BASE=foo", {"--batch", "create", "a.test"}),
                HasSubstr("BASE=foo: there is no base of that name"));
    EXPECT_THAT(refused("BACKUP_BACKEND=foo", {"restore", "a.test"}), HasSubstr(backend));
}

}  // namespace
}  // namespace jailctl::test

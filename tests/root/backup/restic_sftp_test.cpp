#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <csignal>
#include <filesystem>

#include "restic_site.hpp"

/// A repository on another machine: an sshd of the test's own on the loopback.
namespace jailctl::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr const char* separation = "/run/sshd";  // compiled into Debian's sshd, made by its service

class ResticSftp : public ResticSite {
protected:
    void SetUp() override {
        ResticSite::SetUp();
        if (IsSkipped()) return;
        if (!fs::exists("/usr/sbin/sshd")) GTEST_SKIP() << "openssh-server is not installed";
        made_separation_ = fs::create_directory(separation);
        for (const char* key : {"host", "login"})
            ASSERT_EQ(run_command({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", file(key)}).status, 0);
        spit(file("sshd_config"), "ListenAddress 127.0.0.1\nPort " + port_ + "\nHostKey " + file("host") +
                                      "\nPidFile none\nUsePAM no\n" +
                                      "StrictModes no\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n" +
                                      "AuthorizedKeysFile " + file("login.pub") + "\nSubsystem sftp internal-sftp\n");
        start();
        use_sftp();
    }
    void TearDown() override {
        stop();
        if (made_separation_) fs::remove(separation);
    }
    void start() {
        Program sshd;
        sshd.path = "/usr/sbin/sshd";
        sshd.arguments = {"-D", "-f", file("sshd_config"), "-E", file("sshd.log")};
        sshd_ = spawn(sshd, STDERR_FILENO);
        for (int i = 0; i < 100 && slurp(file("sshd.log")).find("Server listening") == std::string::npos; ++i)
            ::usleep(100'000);
        ASSERT_THAT(slurp(file("sshd.log")), HasSubstr("Server listening"));
    }
    void stop() {
        if (sshd_.pid() <= 0) return;
        sshd_.kill(SIGTERM);
        (void)sshd_.wait();
        sshd_ = ChildProcess();
    }
    void use_sftp() {
        site_->configure({"a.test:192.0.2.1"},
                         "BACKUP_BACKEND=restic\nRESTIC_REPOSITORY=sftp:root@127.0.0.1:" + repository().string() +
                             "\nRESTIC_PASSWORD_FILE=" + file("password") +
                             "\nBACKUP_KEEP=last=1\nRESTIC_OPTIONS='sftp.command=\"ssh -p " + port_ + " -i " +
                             file("login") + " -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=" +
                             file("known") + " root@127.0.0.1 -s sftp\"'\n");
    }
    [[nodiscard]] std::string file(const std::string& name) const { return (site_->path() / name).string(); }
    /// A port nobody has.
    static std::string free_port() {
        const UniqueFd probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{.sin_family = AF_INET, .sin_port = 0, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
        socklen_t length = sizeof address;
        if (::bind(probe.get(), reinterpret_cast<sockaddr*>(&address), length) != 0 ||
            ::getsockname(probe.get(), reinterpret_cast<sockaddr*>(&address), &length) != 0)
            throw std::system_error(errno, std::generic_category(), "a free port");
        return std::to_string(ntohs(address.sin_port));
    }
    const std::string port_ = free_port();
    ChildProcess sshd_;
    bool made_separation_ = false;
};

TEST_F(ResticSftp, TheWholeWay) {
    for (int i = 0; i < 2; ++i) {
        const auto stored = site_->jailctl({"backup", "a.test"});
        ASSERT_EQ(stored.status, 0) << stored.all() << slurp(file("sshd.log"));
    }
    EXPECT_EQ(site_->json({"backups", "a.test"})["backups"].items().size(), 1U) << "BACKUP_KEEP was followed";
    EXPECT_THAT(site_->jailctl({"verify", "a.test"}).out, HasSubstr(": good, "));
    EXPECT_THAT(site_->jailctl({"backups", "--contents", "a.test"}).out, HasSubstr("etc/motd"));
    EXPECT_EQ(site_->jailctl({"extract", "--to=-", "a.test", "etc/motd"}).out, "kept by restic\n");
    EXPECT_EQ(site_->jailctl({"expire", "a.test"}).status, 0);
    fs::rename(site_->root("a.test"), site_->path() / "gone");
    const auto restored = site_->jailctl({"restore", "a.test"});
    EXPECT_EQ(restored.status, 0) << restored.all();
    EXPECT_EQ(slurp(site_->root("a.test") / "etc/motd"), "kept by restic\n");
    stop();
    const Value unreachable = site_->json({"verify", "a.test"});
    ASSERT_FALSE(unreachable["errors"].items().empty());
    EXPECT_EQ(unreachable["errors"].items().front()["code"].str(), "io") << "not damaged: " << to_json(unreachable);
}

}  // namespace
}  // namespace jailctl::test

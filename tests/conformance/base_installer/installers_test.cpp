// The installers the create plugin ships, and a fake that other tests lean on: one suite, so that the fake cannot be
// kinder than the real ones.
#include "jailctl/testing/base_installer.hpp"

#include "support.hpp"

namespace jailctl::test {
namespace {

class FakeBase final : public BaseInstaller {
public:
    void check(Invocation&, const std::string& what) override {
        if (what != "good") throw Error(Errc::config, "the fake base knows only 'good'");
    }
    std::uint64_t estimate(Invocation&, const std::string&) override { return 0; }
    void install(Invocation&, const std::string&, BaseTarget& target) override {
        Value entries = Value::array();
        for (const char* directory : {"bin", "etc"}) {
            entries.push(Value::object().set("path", directory).set("type", "dir").set("mode", 0755).set("uid", 0)
                             .set("gid", 0));
        }
        entries.push(Value::object().set("path", "etc/passwd").set("type", "file").set("mode", 0644).set("uid", 0)
                         .set("gid", 0).set("content", "root:x:0:0::/:/bin/sh\n"));
        target.populate(std::move(entries), {});
    }
    bool can_upgrade() const noexcept override { return true; }
};

class FakeRig final : public BaseInstallerRig {
public:
    FakeHost& host() override { return host_; }
    BaseInstaller& installer() override { return base_; }
    std::string good() override { return "good"; }
    std::vector<std::string> bad() override { return {"", "other"}; }
    bool can_upgrade() override { return true; }

private:
    FakeHost host_;
    FakeBase base_;
};

/// The create plugin as it is installed.
class PluginRig : public BaseInstallerRig {
public:
    explicit PluginRig(std::string scheme) : scheme_(std::move(scheme)) {
        host_.load((stage() / JAILCTL_PLUGIN_FOLDER / "create.so").string());
    }
    FakeHost& host() override { return host_; }
    BaseInstaller& installer() override { return host_.services().get<BaseInstaller>(scheme_); }
    bool can_upgrade() override { return true; }

private:
    FakeHost host_;
    std::string scheme_;
};

class BusyboxRig final : public PluginRig {
public:
    BusyboxRig() : PluginRig("busybox") {}
    std::string good() override { return ""; }
    std::vector<std::string> bad() override { return {"1.36", "/bin/busybox"}; }
};

class ArchiveRig final : public PluginRig {
public:
    ArchiveRig() : PluginRig("archive") {
        const auto tree = scratch_.path() / "tree";
        std::filesystem::create_directories(tree / "bin");
        std::filesystem::create_directories(tree / "etc");
        std::filesystem::create_directories(tree / "var/empty");
        spit(tree / "etc/passwd", "root:x:0:0::/:/bin/sh\n");
        // As compressible as programs are.
        const std::string program = slurp("/proc/self/exe").substr(0, 400'000);
        spit(tree / "bin/sh", program, 0755);
        std::filesystem::create_symlink("sh", tree / "bin/ash");
        EXPECT_EQ(run_command({"tar", "-C", tree.string(), "-czf", archive(), "."}).status, 0);
        const auto sum = run_command({"sha256sum", archive()});
        spit(archive() + ".sha256", sum.out);
        digest_ = sum.out.substr(0, 64);
        spit(scratch_.path() / "nonsense.sha256", "nothing\n");
        spit(scratch_.path() / "nonsense", "not a tar\n");
    }
    std::string good() override { return archive() + "#sha256=" + digest_; }
    std::vector<std::string> bad() override {
        return {"", "relative.tar", "/nonexistent/base.tar", archive() + "#sha256=12", scratch_.path().string(),
                (scratch_.path() / "nonsense").string()};
    }

private:
    std::string archive() const { return (scratch_.path() / "base.tar.gz").string(); }
    Scratch scratch_;
    std::string digest_;
};

class DebootstrapRig final : public PluginRig {
public:
    DebootstrapRig() : PluginRig("debootstrap") {}
    std::string unavailable() override {
        static const std::string reason = try_it();
        return reason;
    }
    std::string good() override { return "bookworm"; }
    std::vector<std::string> bad() override { return {"", "--version", "bookworm,ftp://mirror", "book worm"}; }
    bool can_upgrade() override { return false; }

private:
    static std::string try_it() {
        const auto tried =
            run_command({"mmdebstrap", "--simulate", "--variant=minbase", "bookworm", "/dev/null"});
        if (tried.status == 127) return "mmdebstrap is not installed";
        return tried.status == 0 ? "" : "no Debian mirror within reach";
    }
};

template <class Rig>
NamedBase named(const char* name) {
    return {name, [] { return std::make_unique<Rig>(); }};
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(Every, BaseInstallerTest,
                         ::testing::Values(named<FakeRig>("fake"), named<BusyboxRig>("busybox"),
                                           named<ArchiveRig>("archive"), named<DebootstrapRig>("debootstrap")),
                         base_name);

}  // namespace jailctl::test

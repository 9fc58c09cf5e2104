// The suite every backend passes, on ours: run by `ctest`, needs root.
#include "jailctl/testing/backup_backend.hpp"

#include "copy_backend.hpp"

namespace jailctl::test {
namespace {

class CopyRig final : public BackupBackendRig {
public:
    CopyRig() {
        scratch_.use_for(host_.fake_configuration);
        host_.fake_configuration.settings.set("COPY_DIR", {(scratch_ / "copies").string(), {}, true});
    }
    FakeHost& host() override { return host_; }
    BackupBackend& backend() override { return backend_; }
    void damage(const std::string& id) override {
        flip_bit(id + ".tar", 40);
    }

private:
    Scratch scratch_;
    FakeHost host_;
    site::CopyBackend backend_;
};

INSTANTIATE_TEST_SUITE_P(Copy, BackupBackendTest,
                         ::testing::Values(NamedRig{"copy", [] { return std::make_unique<CopyRig>(); }}), rig_name);

}  // namespace
}  // namespace jailctl::test

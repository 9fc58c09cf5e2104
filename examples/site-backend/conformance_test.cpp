// The suite every backend passes, on ours: run by `ctest`, needs root.
#include "jailctl/testing/backup_backend.hpp"

#include <fstream>

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
        std::fstream file(id + ".tar", std::ios::in | std::ios::out | std::ios::binary);
        file.seekg(40);
        const char byte = static_cast<char>(file.get() ^ 0x10);
        file.seekp(40);
        file.put(byte);
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

// The archive and restic backends as their plugins ship them, and a fake that keeps streams in memory: one suite, so
// that the fake other tests lean on cannot be kinder than the real thing.
#include "jailctl/testing/backup_backend.hpp"

#include <map>
#include <sys/mman.h>

#include "support.hpp"

namespace jailctl::test {
namespace {

class MemoryBackend final : public BackupBackend {
public:
    struct Kept {
        BackupInfo info;
        std::string stream, good;
    };
    std::map<std::string, Kept> kept;
    std::size_t made = 0;

    StoredBackup store(Invocation&, BackupSource& source, const std::string&) override {
        const UniqueFd memory(::memfd_create("backup", MFD_CLOEXEC));
        const Value packed = source.write_tar(memory.get(), "tar.gz");
        ::lseek(memory.get(), 0, SEEK_SET);
        const std::string stream = read_all(memory.get(), 64 << 20, "the memory");
        const std::string key = "memory:" + std::to_string(1000 + made++);
        kept[key] = {{key, source.jail().name.key(), unix_now(), stream.size(), source.grade(), 0, {}}, stream, stream};
        StoredBackup stored{kept[key].info, {}};
        for (const auto& note : packed["notes"].items()) stored.omissions.push_back(note["path"].str());
        return stored;
    }
    std::vector<BackupInfo> list(Invocation&, const std::string& jail, const std::string&) override {
        std::vector<BackupInfo> found;
        for (const auto& [key, one] : kept)
            if (jail.empty() || one.info.jail == jail) found.push_back(one.info);
        return found;
    }
    OpenBackup open(Invocation&, const std::string& backup) override {
        const Kept& one = find(backup);
        UniqueFd memory(::memfd_create("backup", MFD_CLOEXEC));
        write_all(memory.get(), one.stream, "the memory");
        ::lseek(memory.get(), 0, SEEK_SET);
        return {std::move(memory), true, {}};
    }
    BackupInfo verify(Invocation&, const std::string& backup) override {
        Kept& one = find(backup);
        if (one.stream != one.good) throw Error(Errc::damaged, backup + " is damaged");
        one.info.verified = unix_now();
        return one.info;
    }
    void remove(Invocation&, const std::string& backup) override {
        (void)find(backup);
        kept.erase(backup);
    }

private:
    Kept& find(const std::string& backup) {
        const auto at = kept.find(backup);
        if (at == kept.end()) throw Error(Errc::not_found, "no backup " + backup);
        return at->second;
    }
};

class MemoryRig final : public BackupBackendRig {
public:
    FakeHost& host() override { return host_; }
    BackupBackend& backend() override { return backend_; }
    void damage(const std::string& id) override { backend_.kept.at(id).stream[20] ^= 1; }

private:
    FakeHost host_;
    MemoryBackend backend_;
};

class ArchiveRig final : public BackupBackendRig {
public:
    ArchiveRig() {
        scratch_.use_for(host_.fake_configuration);
        host_.fake_configuration.settings.set("BACKUPDIR", {(scratch_ / "backups").string(), {}, true});
        host_.undoer("file.remove", [](Invocation&, const Jail&, const Value& arguments) {
            std::filesystem::remove(arguments["path"].str());
        });
        host_.load((stage() / JAILCTL_PLUGIN_FOLDER / "backup.so").string());
    }
    FakeHost& host() override { return host_; }
    BackupBackend& backend() override { return host_.services().get<BackupBackend>("archive"); }
    void damage(const std::string& id) override {
        flip_bit(id, 40);
    }

private:
    Scratch scratch_;
    FakeHost host_;
};

class ResticRig final : public BackupBackendRig {
public:
    ResticRig() {
        scratch_.use_for(host_.fake_configuration);
        scratch_.write("password", restic_password);
        make_quick_repository(scratch_ / "repository");
        auto& settings = host_.fake_configuration.settings;
        settings.set("RESTIC_REPOSITORY", {(scratch_ / "repository").string(), {}, true});
        settings.set("RESTIC_PASSWORD_FILE", {(scratch_ / "password").string(), {}, true});
        host_.load((stage() / JAILCTL_PLUGIN_FOLDER / "restic.so").string());
    }
    FakeHost& host() override { return host_; }
    BackupBackend& backend() override { return host_.services().get<BackupBackend>("restic"); }
    /// Which pack holds what is restic's secret: each of them gets another byte.
    void damage(const std::string&) override {
        for (const auto& entry : std::filesystem::recursive_directory_iterator(scratch_ / "repository/data")) {
            if (!entry.is_regular_file()) continue;
            std::filesystem::permissions(entry.path(), std::filesystem::perms::owner_all);
            flip_bit(entry.path(), 20);
        }
    }

private:
    Scratch scratch_;
    FakeHost host_;
};

INSTANTIATE_TEST_SUITE_P(Backends, BackupBackendTest,
                         ::testing::Values(NamedRig{"memory", [] { return std::make_unique<MemoryRig>(); }},
                                           NamedRig{"archive", [] { return std::make_unique<ArchiveRig>(); }},
                                           NamedRig{"restic", [] { return std::make_unique<ResticRig>(); }}),
                         rig_name);

}  // namespace
}  // namespace jailctl::test

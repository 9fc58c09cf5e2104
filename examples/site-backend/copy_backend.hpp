#pragma once

#include "jailctl/sdk/backup_shelf.hpp"
#include "jailctl/sdk/sdk.hpp"
#include "jailctl/sdk/tar_file.hpp"

/// An example: BACKUP_BACKEND=copy keeps each backup as a plain tar in COPY_DIR, its description as JSON beside it.
namespace site {

using namespace jailctl;

class CopyBackend final : public BackupBackend {
public:
    StoredBackup store(Invocation& in, BackupSource& source, const std::string& where) override {
        if (!where.empty()) throw Error(Errc::unsupported, "the backend 'copy' keeps backups in COPY_DIR alone");
        if (in.options().dry_run) return {};
        const BackupShelf shelf = shelf_of(in);
        BackupInfo info = shelf.begin(source);
        const Value packed = store_tar_file(source, shelf.directory(), BackupShelf::name_of(info.id) + ".tar");
        info.size = static_cast<std::uint64_t>(packed["size"].num());
        info.grade = source.grade();
        shelf.put(info, packed["sha256"].str());  // last: without a description there is no backup
        return {info, notes_of(packed)};
    }
    std::vector<BackupInfo> list(Invocation& in, const std::string& jail, const std::string&) override {
        return shelf_of(in).list(jail);
    }
    OpenBackup open(Invocation& in, const std::string& backup) override {
        const auto [info, sha256] = shelf_of(in).find(backup);
        UniqueFd tar = open_trusted(backup + ".tar", Trust::root);
        const bool ours = digest_of_file(tar.get(), backup) == sha256;  // else somebody put it there: not vouched for
        return {std::move(tar), ours, {}};
    }
    BackupInfo verify(Invocation& in, const std::string& backup) override {
        const BackupShelf shelf = shelf_of(in);
        auto [info, sha256] = shelf.find(backup);
        const UniqueFd tar = open_trusted(backup + ".tar", Trust::root);
        if (check_tar_file(tar.get(), backup)["sha256"].str() != sha256)
            throw Error(Errc::damaged, backup + " is not what was stored");
        info.verified = unix_now();
        shelf.put(info, sha256);
        return info;
    }
    void remove(Invocation& in, const std::string& backup) override { shelf_of(in).remove(backup); }

private:
    static BackupShelf shelf_of(Invocation& in) { return BackupShelf(in.configuration().path("COPY_DIR")); }
};

}  // namespace site

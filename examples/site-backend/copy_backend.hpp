#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

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
        const UniqueFd folder = open(in);
        const auto taken = unix_now();
        std::string name;
        for (int n = 1; name.empty() || read_file_at(folder.get(), name + ".json"); ++n)
            name = source.jail().name.key() + "-" + timestamp(taken) + "-" + std::to_string(n);
        const Value packed = store_tar_file(source, folder.get(), name + ".tar");
        const auto size = static_cast<std::uint64_t>(packed["size"].num());
        const BackupInfo info{(path(in) / name).string(), source.jail().name.key(), taken, size, source.grade(), 0, {}};
        write(folder.get(), info, packed["sha256"].str());  // last: without a description there is no backup
        return {info, omissions_of(packed)};
    }
    std::vector<BackupInfo> list(Invocation& in, const std::string& jail, const std::string&) override {
        std::vector<BackupInfo> found;
        if (!std::filesystem::exists(path(in))) return found;
        const UniqueFd folder = open(in);
        for (const auto& entry : std::filesystem::directory_iterator(path(in)))
            if (entry.path().extension() == ".json") found.push_back(backup_of(read(folder.get(), entry.path().stem())));
        std::erase_if(found, [&](const auto& info) { return !jail.empty() && info.jail != jail; });
        std::sort(found.begin(), found.end(),
                  [](const auto& a, const auto& b) { return std::tie(a.taken, a.id) < std::tie(b.taken, b.id); });
        return found;
    }
    OpenBackup open(Invocation& in, const std::string& id) override {
        UniqueFd tar = open_trusted(tar_of(in, id), Trust::root);
        // Whoever can write to COPY_DIR is root here, but the tar may come from elsewhere: the digest says whose it is.
        const bool ours = digest_of_file(tar.get(), id) == read(open(in).get(), name_of(id))["sha256"].str();
        return {std::move(tar), ours, {}};
    }
    BackupInfo verify(Invocation& in, const std::string& id) override {
        const UniqueFd folder = open(in), tar = open_trusted(tar_of(in, id), Trust::root);
        const Value document = read(folder.get(), name_of(id));
        BackupInfo info = backup_of(document);
        if (check_tar_file(tar.get(), id)["sha256"].str() != document["sha256"].str())
            throw Error(Errc::damaged, id + " is not what this host stored");
        info.verified = unix_now();
        write(folder.get(), info, document["sha256"].str());
        return info;
    }
    /// The description goes first: a tar without one is listed by nobody.
    void remove(Invocation& in, const std::string& id) override {
        const UniqueFd folder = open(in);
        (void)read(folder.get(), name_of(id));
        for (const char* ending : {".json", ".tar"}) {
            if (::unlinkat(folder.get(), (name_of(id) + ending).c_str(), 0) != 0 && errno != ENOENT)
                throw_errno("cannot remove " + id);
            sync_fd(folder.get(), "COPY_DIR");
        }
    }

private:
    static std::filesystem::path path(Invocation& in) { return in.configuration().path("COPY_DIR"); }
    static UniqueFd open(Invocation& in) {
        const UniqueFd folder = make_private_directory(path(in));
        return UniqueFd(::openat(folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    }
    static std::string name_of(const std::string& id) { return std::filesystem::path(id).filename().string(); }
    static std::filesystem::path tar_of(Invocation& in, const std::string& id) { return path(in) / (name_of(id) + ".tar"); }
    static Value read(int folder, const std::string& name) {
        if (const auto text = read_file_at(folder, name + ".json")) return parse_json(*text);
        throw Error(Errc::not_found, "there is no backup " + escape_name(name) + " in COPY_DIR");
    }
    static void write(int folder, const BackupInfo& info, const std::string& digest) {
        replace_file(folder, name_of(info.id) + ".json", to_json(backup_document(info).set("sha256", digest)), 0600);
    }
};

}  // namespace site

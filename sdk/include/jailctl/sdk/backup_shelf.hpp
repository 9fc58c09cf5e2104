#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "jailctl/sdk/services/backup_backend.hpp"

namespace jailctl {

/// A directory of the host with backups, each of them files `NAME.*` and its description `NAME.json`: the bookkeeping
/// of a backend that keeps backups in files (examples/site-backend). A backup is there from put() to remove(), whole;
/// what a kill -9 in between leaves is listed by nobody, and the next begin() of that jail removes it.
class JAILCTL_SDK_EXPORT BackupShelf {
public:
    struct Entry {
        BackupInfo info;
        std::string sha256;
    };

    /// @param directory  absolute; need not be there yet @throws Error denied: others can write to it; io
    explicit BackupShelf(std::filesystem::path directory);

    /// For what is to be written to the directory, which is made (0700) if it is missing.
    [[nodiscard]] int directory() const;
    /// A backup of the source's jail, taken now, under a name nobody has. Its id is the directory and that name; its
    /// files may have any ending but ".json". The caller holds the jail's lock. @throws Error io, no_space, denied
    [[nodiscard]] BackupInfo begin(const BackupSource& source) const;
    /// What an id is called in the directory: what files of that backup begin with.
    [[nodiscard]] static std::string name_of(const std::string& id);
    /// Describes a backup, anew or for the first time; durable on return. @param sha256  of its content
    /// @throws Error io, no_space: what described it before stands
    void put(const BackupInfo& info, const std::string& sha256) const;
    /// Of one jail, or of all if `jail` is empty, oldest first; one whose description cannot be read has a problem. A
    /// directory that is not there holds none. @throws Error io
    [[nodiscard]] std::vector<BackupInfo> list(const std::string& jail) const;
    /// @throws Error not_found; damaged: its description cannot be read
    [[nodiscard]] Entry find(const std::string& id) const;
    /// Removes the description and the files; whoever fails or is killed meanwhile has removed it all the same.
    /// @throws Error not_found, io
    void remove(const std::string& id) const;

private:
    [[nodiscard]] std::vector<std::string> names() const;
    enum class Stand { absent, pending, described, unreadable };
    [[nodiscard]] Stand stand(const std::string& name) const;
    [[nodiscard]] std::optional<Value> read(const std::string& name) const;
    void write(const std::string& name, const Value& document) const;
    void clear(const std::string& name) const;

    std::filesystem::path path_;
    mutable UniqueFd folder_;
};

}  // namespace jailctl

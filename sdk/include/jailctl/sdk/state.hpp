#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/scoped.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl {

/// Small JSON documents below STATE_DIR (lasting) or RUN_DIR (running), directories 0700, files 0600. Every document
/// carries "format": a number; readers keep members they do not know.
class JAILCTL_SDK_EXPORT StateDirectory {
public:
    /// Lasting state: writes are synced. The directory is made when first written to.
    [[nodiscard]] static StateDirectory lasting(const Configuration& configuration);
    /// Running state: not synced; what another boot left is ignored by its readers.
    [[nodiscard]] static StateDirectory running(const Configuration& configuration);
    /// Running state that is the host's and not a site's, such as what the kernel has once for all of them: the same
    /// for every configuration (Linux: /run/jailctl).
    [[nodiscard]] static StateDirectory of_host();
    /// The same of what outlives the boot (Linux: /var/lib/jailctl).
    [[nodiscard]] static StateDirectory lasting_of_host();
    /// Lasting state of another configuration: `state_dir` is its STATE_DIR.
    [[nodiscard]] static StateDirectory lasting_in(std::filesystem::path state_dir);

    /// @param folder  "jails", "backups", ...: one level; "" for the top
    /// @return nothing if there is no such document
    /// @throws Error damaged: unreadable state is reported, never guessed
    [[nodiscard]] std::optional<Value> read(const std::string& folder, const std::string& name) const;
    /// Puts a document in the place of what was there, whole or not at all, and makes a missing folder.
    /// @throws Error io, no_space, denied: what was there stands
    void write(const std::string& folder, const std::string& name, const Value& document) const;
    /// Reads a document, or begins one with "format", lets `change` alter it, and writes it: one writer of
    /// `folder` at a time, for whoever holds no jail's lock. @throws Error damaged; unsupported: it is of a
    /// newer format than `format`
    void alter(const std::string& folder, const std::string& name, int format,
               const std::function<void(Value& document)>& change) const;
    /// Removes a document; none there is success. @throws Error io, denied
    void remove(const std::string& folder, const std::string& name) const;
    /// The documents of one folder for whoever reads many: the way there is checked once, and a folder that is made
    /// anew meanwhile is not noticed.
    class JAILCTL_SDK_EXPORT Folder {
    public:
        /// As StateDirectory::read.
        [[nodiscard]] std::optional<Value> read(const std::string& name) const;

    private:
        friend class StateDirectory;
        Folder(std::filesystem::path path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}
        std::filesystem::path path_;
        UniqueFd fd_;
    };
    /// One that is not there has no documents. @throws Error io, denied
    [[nodiscard]] Folder folder(const std::string& folder) const;
    /// Names of the documents in `folder`, sorted; empty if there is no such folder. @throws Error io, denied
    [[nodiscard]] std::vector<std::string> list(const std::string& folder) const;
    /// Descriptor of the folder, made if missing. @throws Error denied, io
    [[nodiscard]] UniqueFd open(const std::string& folder) const;
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    StateDirectory(std::filesystem::path path, bool sync) : path_(std::move(path)), sync_(sync) {}
    std::filesystem::path path_;
    bool sync_;
};

/// Identifies this boot of the kernel (Linux: /proc/sys/kernel/random/boot_id).
[[nodiscard]] JAILCTL_SDK_EXPORT std::string boot_id();

}  // namespace jailctl

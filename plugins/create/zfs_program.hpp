#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace jailctl::create {

/// zfs(8), started as every other program is (security.md 9). Of all it can do, what concerns
/// the one snapshot of a root.
class ZfsProgram {
public:
    /// @param path  of the program; empty: it is not installed; nothing: looked for when it is needed
    /// @param longest  for one run of it: a pool whose disks are gone answers nothing for good
    explicit ZfsProgram(std::optional<std::string> path = {},
                        std::chrono::milliseconds longest = std::chrono::minutes(2))
        : path_(std::move(path)), longest_(longest) {}
    [[nodiscard]] bool installed() const { return !path().empty(); }
    /// @param snapshot  "pool/data/set@name"; one that is there by that name is a leftover of ours, and is replaced
    /// @param gate  a descriptor the program keeps open while it runs, so that its lock tells whether it does
    /// @throws Error io: in the words of zfs(8); timeout; unsupported: not installed; interrupted
    void take(const std::string& snapshot, int gate) const;
    /// Not there, in a pool that is: success. @throws Error busy: it is being read; io, unsupported, interrupted
    void destroy(const std::string& snapshot) const;

private:
    struct Answer {
        bool good;
        std::string text;  ///< what it said, in one line
    };
    [[nodiscard]] Answer ask(std::vector<std::string> arguments, int gate = -1) const;
    [[nodiscard]] bool knows(const std::string& name) const;
    [[nodiscard]] std::string path() const;
    std::optional<std::string> path_;
    std::chrono::milliseconds longest_;
};

/// The name of the snapshot that `name` beside `root` stands for, behind the '@': the same for the same root and name,
/// and no other root's of the data set.
[[nodiscard]] std::string zfs_snapshot_name(const std::string& root, const std::string& name);
/// Whether the text is a snapshot of that name of some data set, in the characters that ZFS allows.
[[nodiscard]] bool is_zfs_snapshot(const std::string& text, const std::string& name);

}  // namespace jailctl::create

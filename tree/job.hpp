#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "glob.hpp"
#include "protocol.hpp"

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::tree {

/// What an action gets. By the time one runs the process is confined: "/" is the root of the job and nothing else can
/// be reached. Directories among the descriptors are read-only clones of their own, out of which ".." does not lead.
class Job {
public:
    /// @param root  "/" as seen after isolation, -1 for an action without a tree
    Job(Request request, UniqueFd root, Channel& channel);

    [[nodiscard]] const Value& arguments() const noexcept { return request_.arguments; }
    /// `excludes` of the arguments.
    [[nodiscard]] Excludes excludes() const { return Excludes(decode_paths(arguments()["excludes"])); }
    /// The root's directory, open for reading. @throws Error invalid: the job names none
    [[nodiscard]] int root() const;
    /// @throws Error invalid: no such role
    [[nodiscard]] int descriptor(std::string_view role) const;
    [[nodiscard]] bool has_descriptor(std::string_view role) const noexcept;
    /// True if we act as the jail's root in its user namespace: ids from 0 to 65535, no devices, no file flags.
    [[nodiscard]] bool in_userns() const noexcept { return request_.id_base.has_value(); }

    /// Names one thing left out or odd. `raw_path` is relative to the root, in the bytes of the file system.
    void note(std::string_view raw_path, const std::string& what);
    /// Entries of an archive that the action lists.
    void entries(Value list) { channel_.entries(std::move(list)); }
    /// `bytes` done so far, of whatever the action counts.
    void progress(std::uint64_t bytes) { channel_.progress(bytes); }
    /// The result with "notes" and "notes_total" added.
    [[nodiscard]] Value finish(Value result) const;

private:
    Request request_;
    UniqueFd root_;
    Channel& channel_;
    Value notes_ = Value::array();
    std::uint64_t notes_total_ = 0;
};

}  // namespace jailctl::tree

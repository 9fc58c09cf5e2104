#pragma once

#include "protocol.hpp"

#include "jailctl/sdk/scoped.hpp"

namespace jailctl::tree {

/// Closes every descriptor but 0 to 2, the channel and those of the request, and makes what libraries would otherwise
/// load by path later (locale, character sets, digests): after isolation "/" is somebody else's (security.md 2.6).
void prepare_process(const Request& request);

/// Puts this process where it can reach the job's root alone (security.md 2.5): own mount namespace, "/" a clone of
/// `request.root` (an empty tmpfs if there is none), mounted nosuid,nodev,noexec and read-only if asked, mapped to the
/// jail's ids with id_base; directories among the descriptors replaced by detached read-only clones; own network
/// namespace; the user namespace joined or the capabilities cut; limits and the filter of system calls last.
/// Must run before any thread is started.
/// @return  the new "/", open for reading; nothing for a request without a root
/// @throws  Error  unsupported: the file system cannot map ids; io
[[nodiscard]] UniqueFd isolate(Request& request);

/// What a request must not be able to do even if its archive or tree subverts us: capabilities, limits, system calls.
/// @param host_ids  true without a user namespace: keeps what trusted.* attributes, devices and file flags need
void confine(bool host_ids);

}  // namespace jailctl::tree

#pragma once

#include "repository.hpp"

namespace jailctl::restic {

/// Before data is read from a repository on this host: that restic will not wait for it. It tries for minutes to read
/// what lies in a directory that is away, and has no limit of time for a pipe in place of a file.
/// @throws Error io: something is not as restic leaves it
void require_whole(const Repository& repository);

}  // namespace jailctl::restic

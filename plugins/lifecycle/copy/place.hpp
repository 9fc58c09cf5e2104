#pragma once

#include <string>

#include "jailctl/sdk/host.hpp"

namespace jailctl::lifecycle {

/// One side of `cp`: a path of the host, or JAIL:PATH.
struct CopyPlace {
    const Jail* jail = nullptr;  ///< null: of the host
    std::string path;            ///< of a jail: below its root, without leading '/'; "" is the root
    bool into = false;           ///< written with a slash at its end: only a directory will do
    bool standard = false;       ///< "-": standard input or output, of one file
    std::string shown;           ///< as it was written
};

/// @param target  of the two the one that is copied to
/// "-" is standard input, as target standard output. A word with a slash before its first colon, or without a
/// colon, is a path of the host.
/// @throws Error usage: '..' in a path of a jail; not_found: no such jail; invalid: a path that a
/// start covers with a mount
[[nodiscard]] CopyPlace parse_place(const Configuration& configuration, const std::string& word, bool target);

/// Names that begin with ".jailctl-" are of what is not whole yet: what stands there goes with the next command.
/// @throws Error invalid: the copy would have such a name
void require_lasting_name(const std::string& target);

}  // namespace jailctl::lifecycle

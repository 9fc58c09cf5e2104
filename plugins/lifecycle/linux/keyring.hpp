#pragma once

namespace jailctl::lifecycle {

/// Joins a new anonymous session keyring, so that no key of the caller is within reach: keyrings are not namespaced. A
/// kernel without keyrings has nothing to hide. @throws Error io
void leave_keyring();

}  // namespace jailctl::lifecycle

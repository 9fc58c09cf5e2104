#pragma once

#include "trees.hpp"

namespace jailctl::tree::test {

/// Packing and unpacking in this process.
class Archives : public TreeActions {
protected:
    void SetUp() override;
    /// @return the result of `pack`
    Value pack(const fs::path& root, const fs::path& archive, Value arguments = Value::object());
    Value unpack(const fs::path& archive, const fs::path& root, bool trusted = true);
    Value check(const fs::path& archive);
    /// The code with which `check` refuses these bytes; nothing if it takes them.
    std::optional<Errc> refusal(const std::string& bytes);
    fs::path archive_;  // a name for one
};

/// The name of a format as gtest takes it.
[[nodiscard]] std::string without_dot(std::string format);

/// A smaller tree for tests that read it many times.
void build_small(const fs::path& root);

}  // namespace jailctl::tree::test

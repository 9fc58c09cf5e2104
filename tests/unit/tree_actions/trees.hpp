#pragma once

#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "actions.hpp"
#include "support.hpp"

namespace jailctl::tree::test {

namespace fs = std::filesystem;
using jailctl::test::code_thrown_by;
using jailctl::test::slurp;
using jailctl::test::spit;

/// Two trees and what lies outside them; skips unless root, because owners, devices and flags are what is tested.
class TreeActions : public ::testing::Test {
protected:
    void SetUp() override;

    /// Runs an action on `root` with host ids. @param source  directory for the role "source", if not empty
    Value run(Action action, const fs::path& root, Value arguments = Value::object(), const fs::path& source = {});
    Value run_with(Action action, const fs::path& root, Value arguments,
                   std::vector<std::pair<std::string, int>> descriptors);

    jailctl::test::Scratch scratch_;
    fs::path tree_, other_, outside_;
};

/// lstat, failing the test if there is nothing.
struct stat status_of(const fs::path& path);
[[nodiscard]] bool stands(const fs::path& path);  ///< links not followed
void make_fifo(const fs::path& path);
void make_socket(const fs::path& path);
void set_attribute(const fs::path& path, const std::string& name, const std::string& value);  ///< links not followed
[[nodiscard]] std::string attribute(const fs::path& path, const std::string& name);           ///< "-" if there is none
void set_file_flags(const fs::path& path, unsigned flags);
[[nodiscard]] unsigned file_flags(const fs::path& path);
/// Directories named "d" one in the other, `depth` of them, with a file "f" in the last.
void make_deep(const fs::path& top, int depth);
/// How deep a chain of directories "d" is; -1 if the file "f" is missing at its end.
[[nodiscard]] int depth_of(const fs::path& top);

}  // namespace jailctl::tree::test

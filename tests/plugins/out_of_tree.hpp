#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support.hpp"

namespace jailctl::test {

/// An example as it is installed, built once per suite as a site would: out of tree, against what is installed, without
/// a warning.
class OutOfTree : public testing::Test {
protected:
    /// For SetUpTestSuite. @param options  further arguments of cmake
    static void build_example(const std::vector<std::string>& options) {
        if (::geteuid() != 0) return;
        scratch_ = new Scratch;
        const std::string example = (stage() / "share/doc/jailctl" / EXAMPLE).string();
        std::vector<std::string> configure{"cmake", "-S", example, "-B", build().string(), "-G", EXAMPLE_GENERATOR,
                                           "-DCMAKE_PREFIX_PATH=" + stage().string(),
                                           "-DCMAKE_COMPILE_WARNING_AS_ERROR=ON",
                                           std::string("-DCMAKE_CXX_COMPILER=") + EXAMPLE_COMPILER};
        configure.insert(configure.end(), options.begin(), options.end());
        const std::string sanitize = EXAMPLE_SANITIZE;
        if (!sanitize.empty()) configure.push_back("-DCMAKE_CXX_FLAGS=-fsanitize=" + sanitize);
        configured_ = run_command(configure);
        built_ = run_command({"cmake", "--build", build().string()}, {.limit = std::chrono::seconds(240)});
    }
    static void TearDownTestSuite() {
        delete scratch_;
        scratch_ = nullptr;
    }
    void SetUp() override {
        JAILCTL_NEEDS_ROOT();
        ASSERT_EQ(configured_.status, 0) << configured_.all();
        ASSERT_EQ(built_.status, 0) << built_.all();
    }
    static std::filesystem::path build() { return scratch_->path() / "build"; }

    static inline Scratch* scratch_ = nullptr;
    static inline Result configured_, built_;
};

}  // namespace jailctl::test

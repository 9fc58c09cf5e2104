#pragma once

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <string>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/host.hpp"

namespace jailctl::test {

/// A directory of the test's own, 0700 root, whose name opens JAILCTL_FAULT. Removed at the end.
class Scratch {
public:
    Scratch() {
        ::umask(077);  // directories on the way to a file are as private as jailctl would make them
        std::string pattern = "/var/tmp/jailctl-test.XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp");
        path_ = pattern;
    }
    ~Scratch() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

    std::filesystem::path write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
        const auto file = path_ / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
        ::chmod(file.c_str(), mode);
        return file;
    }
    std::filesystem::path directory(const std::string& name, mode_t mode = 0700) const {
        std::filesystem::create_directories(path_ / name);
        ::chmod((path_ / name).c_str(), mode);
        return path_ / name;
    }
    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream file(path_ / name);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    /// A configuration whose state lives here.
    [[nodiscard]] Configuration configuration() const {
        Configuration result;
        result.file = path_ / "jails.conf";
        result.settings.set("STATE_DIR", {(path_ / "state").string(), {}, true});
        result.settings.set("RUN_DIR", {(path_ / "run").string(), {}, true});
        return result;
    }

private:
    std::filesystem::path path_;
};

/// What `action` throws; a failure of the test if it throws nothing.
template <class F>
Error error_of(F&& action) {
    try {
        action();
    } catch (const Error& error) {
        return error;
    }
    ADD_FAILURE() << "no Error was thrown";
    return {Errc::internal, "no Error was thrown"};
}

template <class F>
Errc code_thrown_by(F&& action) {
    return error_of(std::forward<F>(action)).code();
}

#define SKIP_UNLESS_ROOT() \
    if (::geteuid() != 0) GTEST_SKIP() << "needs root: owners are changed"

}  // namespace jailctl::test

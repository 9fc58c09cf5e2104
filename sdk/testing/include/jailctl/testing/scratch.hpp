#pragma once

/// A directory of the test's own, and its files.
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/process.hpp"

namespace jailctl::test {

/// Whole content of a file of the test's own; "" if it cannot be read.
inline std::string slurp(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}
inline void spit(const std::filesystem::path& file, const std::string& content, mode_t mode = 0644) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
    ::chmod(file.c_str(), mode);
}

/// Alters one bit of the byte at `offset`: damage that no size or time shows at first sight.
inline void flip_bit(const std::filesystem::path& file, std::streamoff offset) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(offset);
    const char byte = static_cast<char>(stream.get() ^ 0x10);
    stream.seekp(offset);
    stream.put(byte);
}

/// A directory below /var/tmp: 0700, and its sticky parent is root's, so it passes the owner check. Its name opens
/// JAILCTL_FAULT (operation.hpp). Removed at the end with everything in it, immutable files and deep trees included,
/// but nothing of another file system: a mount that a test forgot costs no more than the directory it stands in.
class Scratch {
public:
    /// @throws std::system_error  there is no room for a directory
    Scratch() {
        std::string pattern = "/var/tmp/jailctl-test.XXXXXX";
        if (::mkdtemp(pattern.data()) == nullptr)
            throw std::system_error(errno, std::generic_category(), "mkdtemp " + pattern);
        path_ = pattern;
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch() {
        // chattr and rm know immutable files and paths longer than PATH_MAX; std::filesystem does not.
        call("rm", {"-rf", "--one-file-system", path_.string()});
        if (!std::filesystem::exists(path_)) return;
        call("chattr", {"-R", "-f", "-i", "-a", path_.string()});
        call("rm", {"-rf", "--one-file-system", path_.string()});
    }

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

    /// Writes a file; directories on the way to it are as private as jailctl would make them.
    std::filesystem::path write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
        const auto file = path_ / name;
        directory(std::filesystem::path(name).parent_path());
        spit(file, text, mode);
        return file;
    }
    /// Makes a directory, and those on the way to it.
    std::filesystem::path directory(const std::filesystem::path& name, mode_t mode = 0700) const {
        auto at = path_;
        for (const auto& part : name) {
            at /= part;
            ::mkdir(at.c_str(), 0700);
        }
        ::chmod((path_ / name).c_str(), mode);
        return path_ / name;
    }
    [[nodiscard]] std::string read(const std::string& name) const { return slurp(path_ / name); }
    /// From now on the file, STATE_DIR and RUN_DIR of `configuration` are here.
    void use_for(Configuration& configuration) const {
        configuration.file = path_ / "jails.conf";
        configuration.settings.set("STATE_DIR", {(path_ / "state").string(), {}, true});
        configuration.settings.set("RUN_DIR", {(path_ / "run").string(), {}, true});
    }
    [[nodiscard]] Configuration configuration() const {
        Configuration result;
        use_for(result);
        return result;
    }

private:
    static void call(const char* program, std::vector<std::string> arguments) {
        try {
            (void)run({.path = find_program(program), .arguments = std::move(arguments), .environment = {}, .input = {},
                       .descriptors = {}, .on_output = {}, .on_start = {}});
        } catch (const std::exception& error) {
            ADD_FAILURE() << "cannot remove a test's directory: " << error.what();
        }
    }

    std::filesystem::path path_;
};

}  // namespace jailctl::test

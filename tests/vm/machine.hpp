#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

/// A virtual machine under emulation, whose guest prints "PASS name" or "FAIL name ..." per check and "DONE" at its end.
namespace jailctl::test {

class Machine {
public:
    /// @param scripts  where make-image and guest-tests of this machine stand
    explicit Machine(std::filesystem::path scripts);
    /// Why there is no such machine here; empty: there is. Fetches the kernel, once per build tree.
    [[nodiscard]] std::string missing() const;
    [[nodiscard]] std::filesystem::path kernel() const;
    /// Holds initrd and disk; made anew by make-image.
    [[nodiscard]] std::filesystem::path work() const { return work_; }
    /// Runs the machine until it powers off. @param results  the serial line the checks are printed on: "ttyS0" or "ttyS1"
    void run(int memory, std::chrono::seconds limit, const std::string& results);
    /// Fails the test for each check of guest-tests that did not pass.
    void expect_all_passed() const;

private:
    std::filesystem::path scripts_, work_;
    std::vector<std::string> lines_;
    std::string console_;
};

}  // namespace jailctl::test

#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "command.hpp"

/// A virtual machine under emulation, whose guest prints "PASS name" or "FAIL name ..." per
/// check and "DONE" at its end.
namespace jailctl::test {

class Machine {
public:
    /// @param scripts  where guest-tests of this machine stands
    explicit Machine(std::filesystem::path scripts);
    /// Why there is no such machine here; empty: there is. Fetches the kernel, once per build tree.
    [[nodiscard]] std::string missing() const;
    [[nodiscard]] std::filesystem::path kernel() const;
    /// Holds initrd and disk; made anew for each run.
    [[nodiscard]] std::filesystem::path work() const { return work_; }
    /// Makes initrd and disk of a host that has nothing but busybox, jailctl and `more` (make-small-host).
    [[nodiscard]] Result make_small_host(const std::string& size, const std::vector<std::string>& more) const;
    /// Runs the machine until it powers off. @param results  the serial line the checks are
    /// printed on: "ttyS0" or "ttyS1"
    void run(int memory, std::chrono::seconds limit, const std::string& results);
    /// Fails the test for each check of guest-tests that did not pass. @param at_least  so many
    /// of them are known by name
    void expect_all_passed(std::size_t at_least = 21) const;

private:
    std::filesystem::path scripts_, work_;
    std::vector<std::string> lines_;
    std::string console_;
};

}  // namespace jailctl::test

#include "zfs_program.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/process.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::create {

namespace {

using Clock = std::chrono::steady_clock;

// A program that was killed while it read the snapshot is gone for the kernel a moment later.
constexpr auto patience = std::chrono::seconds(5);
constexpr auto between = std::chrono::milliseconds(50);
constexpr std::size_t most_text = 2000;

std::string one_line(std::string text) {
    while (!text.empty() && text.back() == '\n') text.pop_back();
    std::ranges::replace(text, '\n', ' ');
    return escape_name(text);
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// zfs(8), "ZFS File System Hierarchy": a pool begins with a letter, so that no name is taken for an option.
bool is_data_set(std::string_view text) {
    constexpr std::string_view others = "0123456789-_.: /";
    return !text.empty() && is_letter(text.front()) && text.back() != '/' &&
           std::ranges::all_of(text, [&](char c) { return is_letter(c) || others.find(c) != others.npos; });
}

/// run(), whose errors do not say of what.
ExitStatus run_zfs(const Program& program) {
    try {
        return run(program);
    } catch (Error& error) {
        error.add_context("zfs " + program.arguments.front() + " " + program.arguments.back());
        if (error.code() == Errc::timeout) error.with_hint("'zpool status' says whether the disks of the pool answer");
        throw;
    }
}

}  // namespace

void ZfsProgram::take(const std::string& snapshot, int gate) const {
    Answer answer = ask({"snapshot", snapshot}, gate);
    if (!answer.good && knows(snapshot)) {
        destroy(snapshot);
        answer = ask({"snapshot", snapshot}, gate);
    }
    if (!answer.good) throw Error(Errc::io, "zfs cannot take the snapshot " + snapshot + ": " + answer.text);
}

void ZfsProgram::destroy(const std::string& snapshot) const {
    const auto until = Clock::now() + patience;
    for (;;) {
        const Answer answer = ask({"destroy", snapshot});
        if (answer.good || (!knows(snapshot) && knows(snapshot.substr(0, snapshot.find_first_of("/@"))))) return;
        const bool busy = answer.text.find("is busy") != std::string::npos;  // the data set may be tank/busybox
        if (!busy || Clock::now() >= until)
            throw Error(busy ? Errc::busy : Errc::io,
                        "zfs cannot destroy the snapshot " + snapshot + ": " + answer.text)
                .with_hint("see who reads it, or why not: 'zfs destroy " + shell_word(snapshot) + "'");
        Interrupt::pause(between);
    }
}

ZfsProgram::Answer ZfsProgram::ask(std::vector<std::string> arguments, int gate) const {
    Program program;
    program.path = path();
    if (program.path.empty())
        throw Error(Errc::unsupported, "the program zfs is not installed").with_hint("install zfsutils-linux");
    Answer answer{};
    program.arguments = std::move(arguments);
    program.environment = {"LC_ALL=C"};
    program.timeout = longest_;
    if (gate >= 0) program.descriptors = {{gate, 3}};
    program.on_output = [&](std::string_view chunk) {
        answer.text.append(chunk.substr(0, most_text - std::min(most_text, answer.text.size())));
    };
    const ExitStatus status = run_zfs(program);
    answer.good = status.ok();
    answer.text = one_line(answer.text.empty() ? "it " + status.text() : answer.text);
    return answer;
}

std::string ZfsProgram::path() const { return path_ ? *path_ : find_program("zfs"); }

bool ZfsProgram::knows(const std::string& name) const {
    return ask({"list", "-H", "-o", "name", "-t", name.find('@') == std::string::npos ? "filesystem" : "snapshot",
                name})
        .good;
}

std::string zfs_snapshot_name(const std::string& root, const std::string& name) {
    const std::uint64_t hash = short_hash(root);
    std::string bytes;
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(hash >> static_cast<unsigned>(shift));
    return name.substr(name.find_first_not_of('.')) + "-" + hex(bytes);
}

bool is_zfs_snapshot(const std::string& text, const std::string& name) {
    const auto at = text.find('@');
    return at != std::string::npos && is_data_set(std::string_view(text).substr(0, at)) && text.substr(at + 1) == name;
}

}  // namespace jailctl::create

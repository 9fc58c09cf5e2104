#include "base_busybox.hpp"

#include <array>
#include <sys/stat.h>
#include <unistd.h>

#include "elf.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/process.hpp"
#include "skeleton.hpp"

namespace jailctl::create {

namespace {

constexpr const char* host_program = "/bin/busybox";
constexpr const char* jail_program = "bin/busybox";
constexpr std::size_t header_bytes = 4096;         // program headers of a linked program stand right after its header
constexpr std::size_t skeleton_file_cap = 1U << 20U;
constexpr std::uint64_t skeleton_bytes = 1U << 20U;  // some 45 files and directories of a block or two, and the links
constexpr const char* install_hint = "install busybox-static, or set BASE in jails.conf";

UniqueFd open_busybox() {
    try {
        UniqueFd program = open_trusted(host_program, Trust::root);
        std::array<char, header_bytes> header{};
        const ssize_t count = ::pread(program.get(), header.data(), header.size(), 0);
        if (count < 0) throw_errno(std::string("cannot read ") + host_program);
        const auto why = why_not_static({header.data(), static_cast<std::size_t>(count)});
        if (!why.empty()) {
            throw Error(Errc::unsupported, std::string(host_program) + " " + std::string(why)).with_hint(install_hint);
        }
        return program;
    } catch (Error& error) {
        if (error.code() != Errc::not_found) throw;
        throw Error(Errc::not_found, std::string("the host has no ") + host_program + " to make a jail of")
            .with_hint(install_hint);
    }
}

std::string skeleton_file(const std::string& path) {
    const auto file = install_paths().share / "bases" / "busybox" / path;
    const UniqueFd opened = open_trusted(file, Trust::root);
    return read_all(opened.get(), skeleton_file_cap, file.string());
}

std::string list_of_applets() {
    std::string list;
    Program program;
    program.path = host_program;
    program.arguments = {"--list-full"};
    program.timeout = std::chrono::seconds(10);
    program.on_output = [&list](std::string_view chunk) { list += chunk; };
    const ExitStatus status = run(program);
    if (!status.ok()) throw Error(Errc::failed, std::string(host_program) + " --list-full " + status.text());
    return list;
}

}  // namespace

void BusyboxBase::check(Invocation&, const std::string& what) {
    if (!what.empty()) throw Error(Errc::config, "BASE=busybox takes nothing after it, but there is '" + what + "'");
    (void)open_busybox();
}

std::uint64_t BusyboxBase::estimate(Invocation&, const std::string&) {
    const UniqueFd program = open_busybox();
    struct stat found {};
    if (::fstat(program.get(), &found) != 0) throw_errno(std::string("cannot look at ") + host_program);
    return static_cast<std::uint64_t>(found.st_size) + skeleton_bytes;
}

void BusyboxBase::install(Invocation&, const std::string&, BaseTarget& target) {
    const UniqueFd program = open_busybox();
    Value entries = skeleton_entries(skeleton_file("skeleton"),
                                     [](const std::string& path) { return skeleton_file("root/" + path); });
    entries.push(tree_entry(jail_program, "file", 0755).set("source", "busybox"));
    add_applets(entries, list_of_applets(), jail_program);
    target.populate(std::move(entries), {{"busybox", program.get()}});
}

}  // namespace jailctl::create

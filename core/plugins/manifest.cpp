#include "plugins/manifest.hpp"

#include <array>
#include <string>

#include "jailctl/sdk/error.hpp"

namespace jailctl::core {
namespace {

using Render = std::string (*)(std::uint32_t);

std::string number(std::uint32_t value) { return std::to_string(value); }
std::string yes_no(std::uint32_t value) { return value != 0 ? "on" : "off"; }
std::string compiler(std::uint32_t value) {
    const char* kind = (value >> 16U) == 1 ? "GCC " : (value >> 16U) == 2 ? "clang " : "compiler ";
    return kind + std::to_string(value & 0xffffU);
}
std::string standard_library(std::uint32_t value) {
    const char* kind = (value >> 16U) == 1 ? "libstdc++ " : (value >> 16U) == 2 ? "libc++ " : "library ";
    return kind + std::to_string(value & 0xffffU);
}
std::string boost(std::uint32_t value) {
    return std::to_string(value / 100000) + "." + std::to_string(value / 100 % 1000);
}
std::string string_abi(std::uint32_t value) { return value != 0 ? "C++11" : "old"; }

struct Fact {
    const char* name;
    std::uint32_t AbiFacts::*member;
    Render render;
};
constexpr std::array<Fact, 7> facts{{{"compiler", &AbiFacts::compiler, compiler},
                                     {"C++ level", &AbiFacts::cplusplus, number},
                                     {"standard library", &AbiFacts::standard_library, standard_library},
                                     {"string ABI", &AbiFacts::string_abi, string_abi},
                                     {"debug mode of the standard library", &AbiFacts::debug_mode, yes_no},
                                     {"Boost", &AbiFacts::boost, boost},
                                     {"pointer bits", &AbiFacts::pointer_bits, number}}};

std::string differences(const AbiFacts& theirs) {
    constexpr AbiFacts ours = abi_facts_of_this_build();
    std::string text;
    for (const auto& fact : facts) {
        const auto there = theirs.*fact.member, here = ours.*fact.member;
        if (there == here) continue;
        text += (text.empty() ? "" : ", ") + std::string(fact.name) + " " + fact.render(there) + " (jailctl: " +
                fact.render(here) + ")";
    }
    return text;
}

}  // namespace

void require_compatible(const PluginManifest& manifest) {
    if (manifest.magic != manifest_magic)
        throw Error(Errc::invalid, "its manifest does not begin with jailctl's magic number");
    if (manifest.major != sdk_major || manifest.minor > sdk_minor)
        throw Error(Errc::unsupported, "built for SDK " + std::to_string(manifest.major) + "." +
                                           std::to_string(manifest.minor) + ", this jailctl offers " +
                                           std::to_string(sdk_major) + "." + std::to_string(sdk_minor))
            .with_hint(manifest.major > sdk_major || manifest.major == sdk_major ? "install a newer jailctl"
                                                                                 : "build it against this SDK");
    if (manifest.size != sizeof(PluginManifest))
        throw Error(Errc::invalid, "its manifest has " + std::to_string(manifest.size) + " bytes instead of " +
                                       std::to_string(sizeof(PluginManifest)));
    if (const auto text = differences(manifest.abi); !text.empty())
        throw Error(Errc::unsupported, "built otherwise than jailctl: " + text)
            .with_hint("build it with the same toolchain");
    if (manifest.name == nullptr || *manifest.name == '\0' || manifest.version == nullptr ||
        manifest.summary == nullptr || manifest.create == nullptr || manifest.destroy == nullptr)
        throw Error(Errc::invalid, "its manifest lacks a name, version, summary, create or destroy");
}

}  // namespace jailctl::core

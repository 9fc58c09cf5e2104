#pragma once

#include <boost/version.hpp>
#include <cstdint>
#include <version>

namespace jailctl {

/// Facts that must be equal in host and plugin for C++ types to cross (ADR 1). Integers, so that they can be read from
/// an object built by any compiler.
struct AbiFacts {
    std::uint32_t compiler;        ///< 1 GCC, 2 clang, in the upper half; major version in the lower
    std::uint32_t cplusplus;       ///< __cplusplus
    std::uint32_t standard_library;  ///< 1 libstdc++, 2 libc++, in the upper half; its version in the lower
    std::uint32_t string_abi;      ///< _GLIBCXX_USE_CXX11_ABI
    std::uint32_t debug_mode;      ///< _GLIBCXX_DEBUG or the libc++ equivalent
    std::uint32_t boost;           ///< BOOST_VERSION
    std::uint32_t pointer_bits;
};

/// The facts of the compiler that reads this header: evaluated in the plugin for its manifest, in the host to compare.
constexpr AbiFacts abi_facts_of_this_build() noexcept {
    AbiFacts facts{};
#if defined(__clang__)
    facts.compiler = (2U << 16U) | static_cast<std::uint32_t>(__clang_major__);
#elif defined(__GNUC__)
    facts.compiler = (1U << 16U) | static_cast<std::uint32_t>(__GNUC__);
#endif
    facts.cplusplus = static_cast<std::uint32_t>(__cplusplus);
#if defined(_LIBCPP_VERSION)
    facts.standard_library = (2U << 16U) | static_cast<std::uint32_t>(_LIBCPP_VERSION / 1000);
#elif defined(_GLIBCXX_RELEASE)
    facts.standard_library = (1U << 16U) | static_cast<std::uint32_t>(_GLIBCXX_RELEASE);
#endif
#if defined(_GLIBCXX_USE_CXX11_ABI)
    facts.string_abi = _GLIBCXX_USE_CXX11_ABI;
#endif
#if defined(_GLIBCXX_DEBUG)
    facts.debug_mode = 1;
#endif
    facts.boost = BOOST_VERSION;
    facts.pointer_bits = static_cast<std::uint32_t>(sizeof(void*) * 8);
    return facts;
}

}  // namespace jailctl

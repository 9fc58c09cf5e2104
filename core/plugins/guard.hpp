#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "jailctl/sdk/error.hpp"

namespace jailctl::core {

/// Rethrows the exception being handled as an Error of the SDK's own type, naming the plugin if it was none. Called in
/// a catch block, while the code of the plugin is still mapped: no foreign exception outlives the call.
[[noreturn]] void rethrow_as_error(std::string_view plugin);

/// Every call into a plugin goes through here. An Error passes as a copy (a class derived in
/// the plugin is cut to Error).
template <class F>
decltype(auto) guarded(std::string_view plugin, F&& f) {
    try {
        return std::forward<F>(f)();
    } catch (...) {
        rethrow_as_error(plugin);
    }
}

}  // namespace jailctl::core

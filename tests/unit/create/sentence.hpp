#pragma once

#include <string>
#include <utility>

#include "support.hpp"

namespace jailctl::create {

/// What the error says that `action` ends with.
template <class F>
std::string sentence_of(F&& action) {
    return test::error_of(std::forward<F>(action)).what();
}

}  // namespace jailctl::create

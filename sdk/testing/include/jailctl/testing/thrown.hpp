#pragma once

/// What a call throws, for tests of what fails; and the sentence with which a test that needs root skips.
#include <gtest/gtest.h>
#include <unistd.h>

#include <utility>

#include "jailctl/sdk/error.hpp"

namespace jailctl::test {

/// The Error that `action` throws. Fails the test if it throws none.
template <class F>
Error error_of(F&& action) {
    try {
        std::forward<F>(action)();
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

}  // namespace jailctl::test

/// Root tests skip aloud: first line of a test or of SetUp.
#define JAILCTL_NEEDS_ROOT()                                          \
    if (::geteuid() != 0) GTEST_SKIP() << "needs root: namespaces, mounts and owners are what is tested"

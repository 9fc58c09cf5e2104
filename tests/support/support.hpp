#pragma once

/// What tests that drive the installed program share: running a command, a site with a jails.conf of its own, and the
/// proof that nothing was left behind.
#include "command.hpp"
#include "leaks.hpp"
#include "site.hpp"

/// Root tests skip aloud: first line of a test or of SetUp.
#define JAILCTL_NEEDS_ROOT()                                          \
    if (::geteuid() != 0) GTEST_SKIP() << "needs root: namespaces, mounts and owners are what is tested"

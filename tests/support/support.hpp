#pragma once

/// What tests that drive the installed program share: running a command, a site with a jails.conf of its own, and the
/// proof that nothing was left behind. What a site's own tests need too stands in jailctl/testing/ (sdk/testing).
#include "command.hpp"
#include "faults.hpp"
#include "jailctl/testing/scratch.hpp"
#include "jailctl/testing/thrown.hpp"
#include "leaks.hpp"
#include "one_jail.hpp"
#include "restic.hpp"
#include "site.hpp"

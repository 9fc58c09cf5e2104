#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/hooks.hpp"

/// What `jailctl doctor` asks every plugin: whether something of its subject is not as it should be.
namespace jailctl {

/// One thing that is not as it should be.
struct Finding {
    std::string code;     ///< for programs, never renamed: "leftover-link"; a site's own begin with the plugin's name
    std::string jail;     ///< whose it is; empty: the host's as a whole
    std::string message;  ///< one sentence that names the jail and the thing, without a full stop
    std::string hint;     ///< what to do or to type, as one sentence without a full stop
    /// What --fix does about it, as the end of "would ...": "delete network interface jl0". Empty: nothing is done
    /// unasked.
    std::string fix{};
    /// Does it. Called under the lock of `jail`, if there is one, after recover(); time has passed since the
    /// examination, so it looks again before it acts, and what is gone already is success. @throws Error: it could not
    /// be done
    std::function<void(Invocation&)> remedy{};
};

/// Collects what is found.
class JAILCTL_SDK_EXPORT Diagnosis {
public:
    void add(Finding finding);
    /// Runs one check. An Error that leaves it is a finding of its own ("not-examined"): what cannot be looked at is
    /// told, and hides no other check. Checks that fail for one cause, of which nothing but what they look at is
    /// another, are one finding. @param what  completes "cannot examine ..."
    void check(std::string_view what, const std::function<void()>& look);
    [[nodiscard]] const std::vector<Finding>& findings() const noexcept { return findings_; }

private:
    std::vector<Finding> findings_;
};

/// The host is examined: handlers look, and change nothing. They take no lock: a finding that names a jail which some
/// command works on meanwhile is dropped by `doctor`. Each is quick, or bounded by a time limit of a second or two.
struct Examination {
    static constexpr std::string_view event = "examination/1";
    static constexpr OnFailure on_failure = OnFailure::report;
    Invocation& invocation;
    Diagnosis& diagnosis;
};

}  // namespace jailctl

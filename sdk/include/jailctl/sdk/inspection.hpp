#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/hooks.hpp"

/// What `config check` asks whoever declared a variable: whether the commands could use a value that somebody wrote.
namespace jailctl {

/// One look at one value. Files, programs and links of the host may be looked at; nothing is changed, run or locked.
class JAILCTL_SDK_EXPORT Inspection {
public:
    struct Objection {
        Error error;
        bool refused = true;  ///< false: the commands go on, but hardly as whoever wrote it meant
        std::string word;     ///< the part of the value that it is about; empty: all of it
    };

    /// @param jail  null: the value as jails.conf has it, for every jail without one of its own
    Inspection(Invocation& in, const std::string& written, const Jail* of_jail)
        : invocation(in), value(written), jail(of_jail) {}

    Invocation& invocation;
    const std::string& value;
    /// The jail for which the value is in effect, with its other settings. A host's value is shown once without a jail,
    /// and then for each jail that takes it over: what is said of one value again is printed once.
    const Jail* jail;

    /// The commands would refuse it. The sentence may begin with the name of the variable, and name the jail.
    void refuse(Error error, std::string word = {}) {
        objections_.push_back({std::move(error), true, std::move(word)});
    }
    void doubt(Error error, std::string word = {}) {
        objections_.push_back({std::move(error), false, std::move(word)});
    }
    /// Does what a command does before it begins: an Error that leaves it is a refusal.
    template <class Look>
    void attempt(Look&& look, std::string word = {}) {
        try {
            look();
        } catch (const Error& error) {
            if (error.code() == Errc::interrupted) throw;
            refuse(error, std::move(word));
        }
    }
    [[nodiscard]] const std::vector<Objection>& objections() const noexcept { return objections_; }

private:
    std::vector<Objection> objections_;
};

/// `config check` asks whoever reads something below ADDONS whether it could, set or not.
struct AddonsInspection {
    static constexpr std::string_view event = "addons-inspection/1";
    static constexpr OnFailure on_failure = OnFailure::report;
    Inspection& inspection;
};

/// For a value that is one of the names there are, and is none of them: "BASE=foo: there is no base of that
/// name; there are archive:FILE, busybox", with the nearest one as the hint. @param thing  "base"
/// @param names  as people write them
[[nodiscard]] JAILCTL_SDK_EXPORT Error unknown_name(std::string_view variable, std::string_view value,
                                                    std::string_view thing, const std::vector<std::string>& names);

}  // namespace jailctl

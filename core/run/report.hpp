#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "run/ledger.hpp"

namespace jailctl::core {

/// How it went for one jail. The names (result_name) are part of the JSON schema.
enum class Result { done, already, omissions, failed, not_started };
[[nodiscard]] std::string_view result_name(Result result) noexcept;

struct JailReport {
    std::string name;
    Result result = Result::not_started;
    double seconds = 0;
    std::string reason;
    Ledger ledger;
};

/// Everything one run of jailctl has to tell at its end.
struct Report {
    std::string command;
    bool refused = false;  ///< a usage or configuration error: nothing was attempted
    int signal = 0;        ///< an interruption by which the process is to end
    Ledger ledger;         ///< of the command as a whole
    std::vector<JailReport> jails;
};

/// The one place where exit statuses are made (jailctl(8), EXIT STATUS): 0 done, 1 failed, 2 refused, 3 some jails
/// done and some not, 4 done with omissions; what a command set itself comes before all of them, and before that 128
/// + the signal that ends it.
[[nodiscard]] int exit_status(const Report& report);

/// The work was, of the command or of a jail, or what comes behind it, the scripts after it.
[[nodiscard]] bool was_interrupted(const Report& report);

/// The result of a jail from what its work left. @param through_all  "already" then counts as done
[[nodiscard]] JailReport settle(std::string name, Ledger ledger, double seconds, bool through_all);

/// The document of --json (docs/json-schema/).
[[nodiscard]] Value document_of(const Report& report);

/// The table that ends a run over several jails: jail, result, time, reason.
[[nodiscard]] std::string table_of(const std::vector<JailReport>& jails);

/// Whether a sentence names this jail: "db" is not in "/etc/adb.conf", nor "web" in "web-2".
[[nodiscard]] bool names(std::string_view sentence, std::string_view jail) noexcept;

}  // namespace jailctl::core

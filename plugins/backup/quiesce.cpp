#include "quiesce.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/events.hpp"
#include "jailctl/sdk/services/jail_runtime.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::backup {

namespace {

/// As a shell takes them: those of the configuration were never given to one.
std::string typed(const std::vector<std::string>& words) {
    std::string text;
    for (const auto& word : words) text += " " + shell_word(word);
    return text;
}

}  // namespace

Quiesced::Quiesced(Invocation& invocation, const Jail& jail, int id)
    : invocation_(invocation), jail_(jail), leases_(invocation.hooks().fire(BackupQuiesce{{invocation, jail, id}})) {
    try {
        run("BACKUP_QUIESCE");
    } catch (const Error&) {
        // A command that failed midway may have stopped half of what it stops.
        resume();
        throw;
    }
}

Quiesced::~Quiesced() { end(); }

void Quiesced::end() {
    if (ended_) return;
    ended_ = true;
    const Leases until_resumed = std::move(leases_);
    resume();
}

void Quiesced::resume() {
    try {
        run("BACKUP_RESUME");
    } catch (const Error& error) {
        invocation_.omission(error.what());
    }
}

void Quiesced::run(std::string_view variable) {
    const auto words = split_words(jail_.settings[variable].text);
    if (words.empty()) return;
    Console& console = invocation_.console();
    ExecRequest request;
    request.command = words;
    request.on_output = [&](std::string_view text) {
        console.verbose(std::string(variable) + ": " + escape_control(text));
    };
    request.timeout = std::chrono::seconds(parse_seconds(jail_.settings["BACKUP_QUIESCE_TIMEOUT"].text));
    const auto status = in_context(std::string(variable) + " in " + jail_.name.text(), [&] {
        return invocation_.services().get<JailRuntime>().exec(invocation_, jail_, request);
    });
    if (!status.ok())
        throw Error(Errc::failed, std::string(variable) + " '" + words.front() + "' in jail " + jail_.name.text() +
                                      " " + status.text())
            .with_hint("try it: jailctl exec " + jail_.name.text() + " --" + typed(words));
}

void declare_quiesce_variables(Registrar& host) {
    host.declare({"BACKUP_QUIESCE",
                  "run inside a running jail before it is backed up: make what it writes complete",
                  "",
                  Scope::jail,
                  {}});
    host.declare(
        {"BACKUP_RESUME", "run inside it when what is backed up is taken, whatever came of it", "", Scope::jail, {}});
    host.declare({"BACKUP_QUIESCE_TIMEOUT", "how long each of the two may take", "60s", Scope::jail,
                  [](const std::string& value) {
                      if (parse_seconds(value) == 0) throw Error(Errc::invalid, "expected a second or more");
                  }});
}

}  // namespace jailctl::backup

#include "run/report.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "jailctl/sdk/text.hpp"

namespace jailctl::core {
namespace {

bool is_refusal(const Ledger& ledger) {
    return ledger.failure && (ledger.failure->code() == Errc::usage || ledger.failure->code() == Errc::config);
}

bool left_something_out(const Ledger& ledger) { return !ledger.omissions.empty() || !ledger.reported.empty(); }

int status_of_jails(const std::vector<JailReport>& jails) {
    const auto count = [&](auto&& wanted) { return std::count_if(jails.begin(), jails.end(), wanted); };
    const auto bad = count([](const JailReport& jail) {
        return jail.result == Result::failed || jail.result == Result::not_started;
    });
    if (bad == 0) return count([](const JailReport& jail) { return jail.result == Result::omissions; }) > 0 ? 4 : 0;
    if (bad < std::ssize(jails)) return 3;
    return count([](const JailReport& jail) { return is_refusal(jail.ledger); }) == bad ? 2 : 1;
}

Value jail_value(const JailReport& jail) {
    Value value = Value::object();
    value.set("name", jail.name);
    value.set("result", result_name(jail.result));
    value.set("seconds", std::round(jail.seconds * 1000) / 1000);
    value.set("reason", jail.reason.empty() ? Value{} : Value(jail.reason));
    for (const auto& [key, member] : jail.ledger.data.members()) value.set(key, member);
    return value;
}

class Collector {
public:
    /// @param left_out  the work is done with omissions: then what failed beside it, an after-hook, is one of them
    void take(const Ledger& ledger, const std::string& jail, bool left_out) {
        for (const auto& error : ledger.reported) errors.push(error_value(error, jail));
        if (ledger.failure) errors.push(error_value(*ledger.failure, jail));
        for (const auto& [text, of] : ledger.warnings) warnings.push(entry(text, of.empty() ? jail : of));
        for (const auto& text : ledger.omissions) omissions.push(entry(text, jail));
        if (!left_out) return;
        for (const auto& error : ledger.reported) omissions.push(entry(error.what(), jail));
    }
    Value errors = Value::array(), warnings = Value::array(), omissions = Value::array();

private:
    static Value entry(const std::string& text, const std::string& jail) {
        return Value::object().set("message", text).set("jail", jail.empty() ? Value{} : Value(jail));
    }
};

}  // namespace

std::string_view result_name(Result result) noexcept {
    switch (result) {
        case Result::done: return "done";
        case Result::already: return "already";
        case Result::omissions: return "omissions";
        case Result::failed: return "failed";
        case Result::not_started: break;
    }
    return "not started";
}

int exit_status(const Report& report) {
    if (report.signal != 0) return 128 + report.signal;
    if (report.ledger.exit_status) return *report.ledger.exit_status;
    if (report.jails.size() == 1 && report.jails.front().ledger.exit_status)
        return *report.jails.front().ledger.exit_status;
    if (report.refused || is_refusal(report.ledger)) return 2;
    if (report.ledger.failure) return 1;
    const int status = status_of_jails(report.jails);
    return status == 0 && left_something_out(report.ledger) ? 4 : status;
}

bool was_interrupted(const Report& report) {
    const auto by_signal = [](const Error& error) { return error.code() == Errc::interrupted; };
    const auto interrupted = [&](const Ledger& ledger) {
        return (ledger.failure && by_signal(*ledger.failure)) || std::ranges::any_of(ledger.reported, by_signal);
    };
    return interrupted(report.ledger) ||
           std::ranges::any_of(report.jails, [&](const JailReport& jail) { return interrupted(jail.ledger); });
}

JailReport settle(std::string name, Ledger ledger, double seconds, bool through_all) {
    JailReport report{std::move(name), Result::done, seconds, {}, std::move(ledger)};
    auto& left = report.ledger;
    if (left.outcome && left.outcome->kind == Outcome::Kind::already && !left.failure) {
        report.reason = left.outcome->reason;
        report.result = Result::already;
        if (!through_all) left.failure = Error(Errc::exists, left.outcome->reason);
    }
    if (left.failure) {
        left.failure->with_jail(report.name);
        report.result = Result::failed;
        report.reason = left.failure->what();
    } else if (left_something_out(left) || (left.outcome && left.outcome->kind == Outcome::Kind::omissions)) {
        report.result = Result::omissions;
        const bool summarised = left.outcome && !left.outcome->reason.empty();
        report.reason = summarised                ? left.outcome->reason
                        : !left.omissions.empty() ? left.omissions.front()
                        : !left.reported.empty()  ? left.reported.front().what()
                                                  : "something was left out";
    }
    return report;
}

Value document_of(const Report& report) {
    const int status = exit_status(report);
    Collector all;
    all.take(report.ledger, {}, status == 4);
    Value jails = Value::array();
    for (const auto& jail : report.jails) {
        all.take(jail.ledger, jail.name, jail.result == Result::omissions);
        jails.push(jail_value(jail));
    }
    Value document = Value::object();
    document.set("schema", 1).set("command", report.command).set("ok", status == 0).set("status", status);
    document.set("jails", std::move(jails));
    for (const auto& [key, member] : report.ledger.data.members()) document.set(key, member);
    document.set("omissions", all.omissions).set("warnings", all.warnings).set("errors", all.errors);
    return document;
}

std::string table_of(const std::vector<JailReport>& jails) {
    std::size_t width = 4;
    for (const auto& jail : jails) width = std::max(width, jail.name.size());
    std::string text = fmt::format("{:<{}}  {:<11}  {:>10}  {}\n", "jail", width, "result", "time", "reason");
    for (const auto& jail : jails) {
        std::string row = fmt::format("{:<{}}  {:<11}  {:>10}  {}", jail.name, width, result_name(jail.result),
                                      human_seconds(jail.seconds), escape_name(jail.reason));
        row.erase(row.find_last_not_of(' ') + 1);
        text += row + "\n";
    }
    return text;
}

bool names(std::string_view sentence, std::string_view jail) noexcept {
    const auto is_of_a_name = [&](std::size_t at) {
        const char c = at < sentence.size() ? sentence[at] : ' ';
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    for (auto at = sentence.find(jail); at != std::string_view::npos; at = sentence.find(jail, at + 1))
        if ((at == 0 || !is_of_a_name(at - 1)) && !is_of_a_name(at + jail.size())) return true;
    return false;
}

}  // namespace jailctl::core

#include "run/ledger.hpp"

namespace jailctl::core {
namespace {

Value text_or_null(const std::string& text) { return text.empty() ? Value{} : Value(text); }

std::vector<std::string> to_strings(const Value& array) {
    std::vector<std::string> texts;
    for (const auto& item : array.items()) texts.push_back(item.str());
    return texts;
}

}  // namespace

Value error_value(const Error& error, const std::string& jail) {
    Value value = Value::object();
    value.set("code", error_name(error.code()));
    value.set("message", error.what());
    value.set("hint", text_or_null(error.hint()));
    value.set("jail", text_or_null(error.jail().empty() ? jail : error.jail()));
    value.set("step", text_or_null(error.step()));
    return value;
}

Error error_from(const Value& value) {
    Error error(parse_errc(value["code"].str()), value["message"].str());
    if (value["hint"].is_string()) error.with_hint(value["hint"].str());
    if (value["jail"].is_string()) error.with_jail(value["jail"].str());
    if (value["step"].is_string()) error.with_step(value["step"].str());
    return error;
}

Value Ledger::to_value() const {
    Value value = Value::object();
    value.set("data", data);
    Value errors = Value::array();
    for (const auto& error : reported) errors.push(error_value(error));
    value.set("reported", std::move(errors));
    Value warned = Value::array();
    for (const auto& warning : warnings)
        warned.push(Value::object().set("text", warning.text).set("jail", warning.jail));
    value.set("warnings", std::move(warned));
    value.set("omissions", Value::array_of(omissions));
    if (exit_status) value.set("exit_status", *exit_status);
    if (outcome)
        value.set("outcome",
                  Value::object().set("kind", static_cast<int>(outcome->kind)).set("reason", outcome->reason));
    if (failure) value.set("failure", error_value(*failure));
    return value;
}

Ledger Ledger::from_value(const Value& value) {
    Ledger ledger;
    ledger.data = value["data"];
    for (const auto& error : value["reported"].items()) ledger.reported.push_back(error_from(error));
    for (const auto& warning : value["warnings"].items())
        ledger.warnings.push_back({warning["text"].str(), warning["jail"].str()});
    ledger.omissions = to_strings(value["omissions"]);
    if (value["exit_status"].is_int()) ledger.exit_status = static_cast<int>(value["exit_status"].num());
    if (value["outcome"].is_object())
        ledger.outcome = Outcome{static_cast<Outcome::Kind>(value["outcome"]["kind"].num()),
                                 value["outcome"]["reason"].str()};
    if (value["failure"].is_object()) ledger.failure = error_from(value["failure"]);
    return ledger;
}

}  // namespace jailctl::core

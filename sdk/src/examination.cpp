#include "jailctl/sdk/examination.hpp"

#include <algorithm>

#include "jailctl/sdk/error.hpp"

namespace jailctl {

namespace {

constexpr int most_named = 3;
constexpr std::string_view others = " and others";

std::string cause_of(const Error& error) { return std::string(": ") + error.what(); }

/// One cause is one finding, whatever it keeps from being looked at: the first few are named.
bool told_already(std::vector<Finding>& findings, std::string_view what, const Error& error) {
    const std::string cause = cause_of(error);
    const auto same = std::ranges::find_if(findings, [&](const Finding& finding) {
        return finding.code == "not-examined" && finding.jail == error.jail() && finding.hint == error.hint() &&
               finding.message.ends_with(cause);
    });
    if (same == findings.end()) return false;
    std::string named = same->message.substr(0, same->message.size() - cause.size());
    if (named.ends_with(others)) return true;
    const bool full = std::ranges::count(named, ',') + 1 >= most_named;
    same->message = named.append(full ? others : ", ").append(full ? std::string_view{} : what) + cause;
    return true;
}

}  // namespace

void Diagnosis::add(Finding finding) { findings_.push_back(std::move(finding)); }

void Diagnosis::check(std::string_view what, const std::function<void()>& look) {
    try {
        look();
    } catch (const Error& error) {
        if (error.code() == Errc::interrupted) throw;
        if (!told_already(findings_, what, error))
            add({"not-examined", error.jail(), "cannot examine " + std::string(what) + cause_of(error), error.hint()});
    }
}

}  // namespace jailctl

// The command `doctor`: asks every plugin what is not as it should be (Examination), tells it, and with --fix has done
// what can be done unasked.
#include <algorithm>
#include <map>
#include <set>

#include <boost/program_options/value_semantic.hpp>

#include "commands.hpp"
#include "examine_jails.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/examination.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/lock.hpp"
#include "jailctl/sdk/recovery.hpp"
#include "jailctl/sdk/state.hpp"

namespace po = boost::program_options;

namespace jailctl::lifecycle {
namespace {

using InWork = std::map<std::string, std::string, std::less<>>;

/// A finding and what became of it.
struct Case {
    Finding finding;
    bool fixed = false;
    std::string failure{};  ///< not empty: why --fix could not do it
};

bool same(const Finding& a, const Finding& b) { return a.code == b.code && a.jail == b.jail && a.message == b.message; }

/// A site's check may name what is no jail.
std::string key_of(const std::string& jail) {
    try {
        return jail.empty() ? jail : JailName(jail).key();
    } catch (const Error&) {
        return jail;
    }
}

class Doctor {
public:
    Doctor(Invocation& invocation, bool fix) : invocation_(invocation), fix_(fix) {}

    void run() {
        look_for_mistakes();
        for (auto& finding : examine()) cases_.push_back({std::move(finding)});
        if (fix_ && treat_all() && !invocation_.options().dry_run) look_again();
        report();
    }

private:
    /// Nothing is put right while nobody knows what a jail should be like.
    void look_for_mistakes() {
        for (const Jail& jail : invocation_.configuration().jails) {
            if (fix_) require_no_mistake(jail);
            if (jail.mistake) mistaken_.insert(jail.name.key());
        }
    }

    [[nodiscard]] bool counts(const Finding& finding, const InWork& busy) const {
        const std::string key = key_of(finding.jail);
        return !busy.contains(key) && (!mistaken_.contains(key) || finding.code == mistake_code);
    }

    /// What is found of a jail that a command works on, or worked on meanwhile, is no finding: it may be half done. Of
    /// one with a mistake that alone counts.
    std::vector<Finding> examine() {
        const Configuration& configuration = invocation_.configuration();
        const auto began = file_clock_now();
        InWork busy = jails_in_work(configuration, began);
        Diagnosis diagnosis;
        [[maybe_unused]] const Leases leases = invocation_.hooks().fire(Examination{invocation_, diagnosis});
        Interrupt::check();  // who looked no more says nothing of what is there
        busy.merge(jails_in_work(configuration, began));
        std::vector<Finding> findings = diagnosis.findings();
        std::erase_if(findings, [&](const Finding& finding) { return !counts(finding, busy); });
        in_work_ = std::move(busy);
        return findings;
    }

    /// @return whether anything was tried
    bool treat_all() {
        bool any = false;
        for (auto& one : cases_) {
            if (!one.finding.remedy) continue;
            any = true;
            if (invocation_.options().dry_run) invocation_.console().line("would " + one.finding.fix);
            else treat(one);
        }
        return any;
    }

    void treat(Case& one) {
        const Finding& finding = one.finding;
        try {
            std::vector<Lock> lock;
            if (!finding.jail.empty()) lock.push_back(take(JailName(finding.jail)));
            finding.remedy(invocation_);
            invocation_.log("doctor: " + finding.fix);
        } catch (const Error& error) {
            if (error.code() == Errc::interrupted) throw;
            one.failure = error.what();
        }
    }

    /// As the host does it before every command that changes the jail.
    Lock take(const JailName& name) {
        const auto run_dir = StateDirectory::running(invocation_.configuration()).open("");
        Lock lock = Lock::of_jail(run_dir.get(), name, "doctor", invocation_.options().wait);
        if (const Jail* jail = invocation_.configuration().find(name)) recover(invocation_, *jail);
        return lock;
    }

    /// What is found no more is fixed, whatever the remedy says of itself; what is new is told, too.
    void look_again() {
        auto found = examine();
        for (auto& one : cases_) {
            const auto still =
                std::ranges::find_if(found, [&](const Finding& other) { return same(one.finding, other); });
            one.fixed = still == found.end() && one.failure.empty();
            if (still != found.end()) found.erase(still);
        }
        for (auto& finding : found) cases_.push_back({std::move(finding)});
    }

    void tell(const Case& one) const {
        Console& console = invocation_.console();
        const Finding& finding = one.finding;
        if (one.fixed) return console.line("fixed: " + finding.message);
        console.line(finding.message);
        if (!one.failure.empty()) console.line("    --fix could not " + finding.fix + ": " + one.failure);
        if (!finding.hint.empty()) console.line("    " + finding.hint);
    }

    [[nodiscard]] std::string verdict(std::size_t open, std::size_t fixable) const {
        if (open == 0) return "healthy";
        std::string text = "degraded: " + std::to_string(open) + (open == 1 ? " finding" : " findings");
        if (fixable == 0 || fix_ || !mistaken_.empty()) return text;
        const std::string which = fixable < open ? std::to_string(fixable) + " of them" : open == 1 ? "it" : "them";
        return text + ", 'jailctl doctor --fix' puts " + which + " right";
    }

    void report() {
        std::size_t open = 0, fixable = 0;
        Value list = Value::array();
        for (const auto& one : cases_) {
            tell(one);
            open += one.fixed ? 0 : 1;
            fixable += !one.fixed && one.finding.remedy ? 1 : 0;
            list.push(value_of(one));
        }
        Value busy = Value::array();
        for (const auto& [key, holder] : in_work_) {
            invocation_.console().line(key + " is being worked on (" + holder + "): nothing is said of it");
            busy.push(Value::object().set("jail", key).set("holder", holder));
        }
        invocation_.console().line(verdict(open, fixable));
        invocation_.console().data("verdict", open == 0 ? "healthy" : "degraded");
        invocation_.console().data("findings", std::move(list));
        invocation_.console().data("in_work", std::move(busy));
        if (open > 0) invocation_.set_exit_status(1);
    }

    static Value value_of(const Case& one) {
        const Finding& finding = one.finding;
        Value value = Value::object();
        value.set("code", finding.code).set("jail", finding.jail.empty() ? Value{} : Value(finding.jail));
        value.set("message", finding.message).set("hint", finding.hint.empty() ? Value{} : Value(finding.hint));
        value.set("fix", finding.remedy ? Value(finding.fix) : Value{}).set("fixed", one.fixed);
        if (!one.failure.empty()) value.set("failure", one.failure);
        return value;
    }

    Invocation& invocation_;
    bool fix_;
    std::vector<Case> cases_;
    InWork in_work_;
    std::set<std::string, std::less<>> mistaken_;  ///< keys of jails whose own file has a mistake
};

}  // namespace

void add_doctor(Registrar& host) {
    auto fix = std::make_shared<bool>(false);
    Command doctor;
    doctor.name = "doctor";
    doctor.summary = "find what is not as it should be: leftovers, clashes, missing backups";
    doctor.details =
        "Looks for leftovers of commands that were killed, for addresses and interfaces that clash or are gone, rules "
        "somebody took away, name servers that do not answer, what this host lacks, and jails without a recent "
        "backup. Changes nothing without --fix; ends with 1 if anything is wrong.";
    doctor.despite_mistakes = true;
    doctor.changes_if = [fix] { return *fix; };
    doctor.options.add_options()("fix", po::bool_switch(fix.get()), "put right what is safe to put right unasked");
    doctor.run = [fix](Invocation& invocation) { Doctor(invocation, *fix).run(); };
    host.add(std::move(doctor));
}

}  // namespace jailctl::lifecycle

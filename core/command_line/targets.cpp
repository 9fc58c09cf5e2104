#include "command_line/targets.hpp"

#include <algorithm>
#include <filesystem>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core {
namespace {

bool is_path(const std::string& word) { return word == "-" || word.find('/') != std::string::npos; }

const Jail* find_jail(const Configuration& configuration, const std::string& word) {
    try {
        return configuration.find(JailName(word));
    } catch (const Error&) {
        return nullptr;  // not even a hostname: as unknown as any other
    }
}

bool may_name_a_jail(const std::string& word) {
    try {
        (void)JailName(word);
        return true;
    } catch (const Error&) {
        return false;  // the names of archives are not for jails either
    }
}

/// A word without '/' is no path, whatever stands there or is to be made there.
void refuse_bare_path(const std::string& word) {
    std::error_code none;
    if (std::filesystem::exists(word, none) || !may_name_a_jail(word)) throw neither_jail_nor_path(word);
}

/// An entry that was taken out of JAILS too early: no other jail was meant.
void refuse_unlisted(const Configuration& configuration, const std::string& word, const RunsUnlisted& runs) {
    if (!runs || !may_name_a_jail(word) || !runs(JailName(word))) return;
    throw Error(Errc::not_found,
                "jail '" + word + "' runs, but is not in JAILS of " + configuration.file.string() + " any more")
        .with_hint("put its entry back into JAILS, then 'jailctl stop " + word + "' stops it, and it can be taken out");
}

/// @param command_begins  a jail was named before, and what is to be run may follow
[[noreturn]] void refuse_jail(const Configuration& configuration, const std::string& word, bool command_begins) {
    Error error(Errc::not_found, "no jail '" + escape_name(word) + "' in " + configuration.file.string());
    if (command_begins) throw error.with_hint("a command to be run stands behind '--'");
    throw error.with_hint(hint_at_jail(configuration, word));
}

class Resolver {
public:
    Resolver(const Command& command, const Configuration& configuration, const RunsUnlisted& runs)
        : command_(command), configuration_(configuration), runs_(runs) {}

    Resolved run(std::vector<std::string> words, const std::vector<std::string>& literal) {
        take_path(words);
        take_jails(words, literal.empty());
        resolved_.rest.insert(resolved_.rest.end(), literal.begin(), literal.end());
        if (!command_.takes_rest && !command_.unlisted_jails && !resolved_.rest.empty())
            throw Error(Errc::usage,
                        "'" + command_.name + "' does not take '" + escape_name(resolved_.rest.front()) + "'");
        arrange();
        return std::move(resolved_);
    }

private:
    void take_path(std::vector<std::string>& words) {
        if (command_.path == PathWord::none || words.empty()) return;
        if (is_path(words.back())) {
            resolved_.path = words.back();
            words.pop_back();
        }
        for (const auto& word : words)
            if (is_path(word))
                throw Error(Errc::usage, "'" + escape_name(word) + "' is a path, and a path may only stand last");
    }

    void take_jails(const std::vector<std::string>& words, bool no_literal) {
        for (const auto& word : words) {
            if (command_.targets == Targets::none || rest_began_) {
                resolved_.rest.push_back(word);
            } else if (word == "all") {
                take_all(words.size());
            } else if (const auto* jail = find_jail(configuration_, word)) {
                add(*jail);
            } else if (command_.unlisted_jails) {
                resolved_.rest.push_back(word);
            } else {
                if (command_.path != PathWord::none && &word == &words.back()) refuse_bare_path(word);
                refuse_unlisted(configuration_, word, runs_);
                refuse_jail(configuration_, word, command_.takes_rest && no_literal && !resolved_.jails.empty());
            }
            rest_began_ = rest_began_ || (command_.targets == Targets::one && !resolved_.jails.empty());
        }
        const bool found = !resolved_.jails.empty() || resolved_.all ||
                           (command_.unlisted_jails && !resolved_.rest.empty());
        if (found || command_.targets == Targets::none) return;
        if (command_.targets == Targets::optional_several && words.empty()) return take_all(1);
        throw Error(Errc::usage, std::string("'") + command_.name + "' needs the name of a jail" +
                                     (command_.targets == Targets::several ? ", or 'all'" : "") +
                                     (no_literal ? "" : " before '--'"));
    }

    void take_all(std::size_t words) {
        if (command_.targets == Targets::one)
            throw Error(Errc::usage, "'" + command_.name + "' takes one jail, not 'all'");
        if (words > 1) throw Error(Errc::usage, "'all' stands alone, without names of jails beside it");
        resolved_.all = true;
        resolved_.as_configured = command_.order == JailOrder::forward;
        if (!resolved_.as_configured)
            resolved_.jails.assign(configuration_.jails.rbegin(), configuration_.jails.rend());
    }

    void add(const Jail& jail) {
        const auto same = [&](const Jail& other) { return other.name == jail.name; };
        if (std::none_of(resolved_.jails.begin(), resolved_.jails.end(), same)) resolved_.jails.push_back(jail);
    }

    /// Lists are worked on in the order of JAILS, or its reverse, whatever order they were typed in.
    void arrange() {
        if (resolved_.all) return;
        const auto position = [&](const Jail& jail) {
            const auto& all = configuration_.jails;
            return std::find_if(all.begin(), all.end(), [&](const Jail& other) { return other.name == jail.name; }) -
                   all.begin();
        };
        std::sort(resolved_.jails.begin(), resolved_.jails.end(), [&](const Jail& a, const Jail& b) {
            return command_.order == JailOrder::forward ? position(a) < position(b) : position(b) < position(a);
        });
    }

    const Command& command_;
    const Configuration& configuration_;
    const RunsUnlisted& runs_;
    Resolved resolved_;
    bool rest_began_ = false;
};

}  // namespace

std::string hint_at_jail(const Configuration& configuration, const std::string& word) {
    std::vector<std::string> names;
    for (const auto& jail : configuration.jails) names.push_back(jail.name.text());
    const auto longer = std::ranges::find_if(names,
                                             [&](const std::string& name) { return name.starts_with(word + "."); });
    const auto near = longer != names.end() ? *longer : nearest(word, names);
    if (!near.empty()) return "did you mean '" + near + "'?";
    return "JAILS lists the jails there are, and 'jailctl status' shows them; a new one needs an entry there first";
}

Resolved resolve_words(const Command& command, const Configuration& configuration,
                       const std::vector<std::string>& words, const std::vector<std::string>& literal,
                       const RunsUnlisted& runs) {
    return Resolver(command, configuration, runs).run(words, literal);
}

}  // namespace jailctl::core

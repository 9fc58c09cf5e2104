#include <algorithm>
#include <cctype>

#include "config/config.hpp"
#include "config/script.hpp"
#include "jailctl/sdk/inspection.hpp"

namespace jailctl::core::config {

namespace {

/// What is said of one value, and for how many jails in the same words.
struct Remark {
    Position at;
    std::string key;  ///< the sentence without the jail's name
    Diagnostic diagnostic;
    std::size_t others = 0;
};

bool continues_word(std::string_view text, std::size_t at) {
    return at < text.size() &&
           (std::isalnum(static_cast<unsigned char>(text[at])) != 0 || text[at] == '-' || text[at] == '.');
}

/// Where `word` stands in `text` by itself; npos: nowhere.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from = 0) {
    auto at = text.find(word, from);
    while (at != std::string_view::npos && (continues_word(text, at - 1) || continues_word(text, at + word.size())))
        at = text.find(word, at + 1);
    return at;
}

std::string without_name(std::string sentence, const std::string& jail) {
    if (jail.empty()) return sentence;
    for (auto at = find_word(sentence, jail); at != std::string::npos; at = find_word(sentence, jail, at))
        sentence.erase(at, jail.size());
    return sentence;
}

Position place_of(const Assigned& assigned, const std::string& word) {
    const auto index = word.empty() ? std::string::npos : find_word(assigned.value.text(), word);
    return assigned.at(index == std::string::npos ? 0 : index);
}

class Inspector {
public:
    Inspector(const Script& script, Invocation& invocation, bool as_root)
        : script_(script), invocation_(invocation), as_root_(as_root) {}

    void look_at(const Variable& variable) {
        const Assigned* of_host = script_.environment.find(variable.name);
        if (of_host != nullptr) ask(variable, *of_host, nullptr);
        for (const Jail& jail : invocation_.configuration().jails) {
            if (jail.mistake) continue;
            const auto own = script_.of_jails.find(jail.name.text());
            const Assigned* assigned = own != script_.of_jails.end() ? own->second.find(variable.name) : of_host;
            if (assigned != nullptr) ask(variable, *assigned, &jail);
        }
    }

    std::vector<Diagnostic> told() && {
        std::stable_sort(remarks_.begin(), remarks_.end(), [](const Remark& a, const Remark& b) {
            return a.at.file != b.at.file ? a.at.file < b.at.file : a.at.offset < b.at.offset;
        });
        std::vector<Diagnostic> all;
        for (auto& remark : remarks_) {
            if (remark.others > 0 && remark.key != remark.diagnostic.sentence)
                remark.diagnostic.sentence += "; the same of " + std::to_string(remark.others) +
                                              (remark.others == 1 ? " more jail" : " more jails");
            all.push_back(std::move(remark.diagnostic));
        }
        return all;
    }

private:
    void ask(const Variable& variable, const Assigned& assigned, const Jail* jail) {
        if (is_broken(variable, assigned.value.text())) return;
        Inspection inspection(invocation_, assigned.value.text(), jail);
        inspection.attempt([&] { variable.inspect(inspection); });
        for (const auto& objection : inspection.objections())
            note(variable.name, place_of(assigned, objection.word), objection,
                 jail == nullptr ? std::string{} : jail->name.text());
    }

    /// What resolve() has refused already.
    static bool is_broken(const Variable& variable, const std::string& value) {
        try {
            if (variable.check) variable.check(value);
            return false;
        } catch (const Error&) {
            return true;
        }
    }

    void note(const std::string& variable, Position at, const Inspection::Objection& objection,
              const std::string& jail) {
        std::string sentence = objection.error.what();
        if (!sentence.starts_with(variable)) sentence.insert(0, variable + ": ");
        std::string key = without_name(sentence, jail);
        // The sentence itself: of the host it may name a jail that is asked of later.
        const auto said = std::find_if(remarks_.begin(), remarks_.end(), [&](const Remark& other) {
            return other.at == at && (other.key == key || other.diagnostic.sentence == sentence);
        });
        if (said != remarks_.end()) return (void)++said->others;
        const bool unseen = !as_root_ && objection.error.cause() == std::errc::permission_denied;
        const Severity severity = unseen || !objection.refused ? Severity::warning : Severity::error;
        remarks_.push_back({at, std::move(key),
                            script_.sources.diagnose(severity, at, std::move(sentence), objection.error.hint()), 0});
    }

    const Script& script_;
    Invocation& invocation_;
    bool as_root_;
    std::vector<Remark> remarks_;
};

}  // namespace

std::vector<Diagnostic> inspect(const Draft& draft, Invocation& invocation, const std::vector<Variable>& declared,
                                bool as_root) {
    Inspector inspector(draft.script(), invocation, as_root);
    for (const Variable& variable : declared)
        if (variable.inspect) inspector.look_at(variable);
    return std::move(inspector).told();
}

}  // namespace jailctl::core::config

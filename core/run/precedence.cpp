#include "run/precedence.hpp"

#include <algorithm>
#include <string>

#include "jailctl/sdk/error.hpp"

namespace jailctl::core {
namespace {

/// Follows what each jail waits for, depth first; what is met again on its own way is a circle, of which
/// that last step is taken out.
class CircleSearch {
public:
    CircleSearch(const std::vector<Jail>& jails, Precedence& precedence)
        : jails_(jails), precedence_(precedence), seen_(jails.size(), false) {}

    void run() {
        for (std::size_t i = 0; i < jails_.size(); ++i) follow(i);
    }

private:
    void follow(std::size_t jail) {
        if (seen_[jail]) return;
        seen_[jail] = true;
        way_.push_back(jail);
        std::erase_if(precedence_.before[jail], [&](std::size_t other) { return closes_circle(other); });
        for (const std::size_t other : precedence_.before[jail]) follow(other);
        way_.pop_back();
    }
    bool closes_circle(std::size_t other) {
        const auto begin = std::find(way_.begin(), way_.end(), other);
        if (begin == way_.end()) return false;
        if (precedence_.circle.empty()) {
            for (auto at = begin; at != way_.end(); ++at) precedence_.circle += jails_[*at].name.text() + " waits for ";
            precedence_.circle += jails_[other].name.text();
        }
        return true;
    }

    const std::vector<Jail>& jails_;
    Precedence& precedence_;
    std::vector<bool> seen_;
    std::vector<std::size_t> way_;
};

}  // namespace

Precedence precedence_of(const Command& command, const Configuration& configuration, const std::vector<Jail>& jails) {
    Precedence precedence;
    if (!command.after) return precedence;
    precedence.only_if_done = command.after_success;
    for (const Jail& jail : jails) {
        auto& before = precedence.before.emplace_back();
        for (const JailName& name : command.after(configuration, jail))
            for (std::size_t i = 0; i < jails.size(); ++i)
                if (jails[i].name == name) before.push_back(i);
    }
    CircleSearch(jails, precedence).run();
    if (precedence.only_if_done && !precedence.circle.empty())
        throw Error(Errc::config, "the jails wait for each other: " + precedence.circle);
    return precedence;
}

}  // namespace jailctl::core

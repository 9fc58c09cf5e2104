#include "run/precedence.hpp"

#include <algorithm>
#include <string>

#include "jailctl/sdk/error.hpp"

namespace jailctl::core {
namespace {

/// Follows what each jail waits for, depth first; what is met again on its own way is a circle.
class CircleSearch {
public:
    CircleSearch(const std::vector<Jail>& jails, const Precedence& precedence)
        : jails_(jails), before_(precedence.before), seen_(jails.size(), false) {}

    void run() {
        for (std::size_t i = 0; i < jails_.size(); ++i) follow(i);
    }

private:
    void follow(std::size_t jail) {
        if (const auto at = std::find(way_.begin(), way_.end(), jail); at != way_.end()) refuse(at);
        if (seen_[jail]) return;
        seen_[jail] = true;
        way_.push_back(jail);
        for (const std::size_t other : before_[jail]) follow(other);
        way_.pop_back();
    }
    [[noreturn]] void refuse(std::vector<std::size_t>::const_iterator begin) const {
        std::string circle;
        for (auto at = begin; at != way_.end(); ++at) circle += jails_[*at].name.text() + " waits for ";
        throw Error(Errc::config, "the jails wait for each other: " + circle + jails_[*begin].name.text());
    }

    const std::vector<Jail>& jails_;
    const std::vector<std::vector<std::size_t>>& before_;
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
    return precedence;
}

}  // namespace jailctl::core

#include <algorithm>

#include "builtin/builtin.hpp"
#include "command_line/parse.hpp"

namespace jailctl::core {
namespace {

struct Candidate {
    std::string word, description;
};

/// Where the cursor stands: the command before it, if any, the words between, and the word being typed.
struct Position {
    const Command* command = nullptr;
    bool command_seen = false;
    std::vector<std::string> words;
    std::string previous, current;
};

Position locate(const Host& host, const std::vector<std::string>& typed) {
    Position position;
    if (typed.empty()) return position;
    position.current = typed.back();
    if (typed.size() > 1) position.previous = typed[typed.size() - 2];
    for (std::size_t i = 0; i + 1 < typed.size(); ++i) {
        const auto& token = typed[i];
        if (token.size() > 1 && token.front() == '-') {
            if (takes_next(token)) ++i;
        } else if (!position.command_seen) {
            position.command_seen = true;
            const auto* entry = host.registry.command(token);
            position.command = entry == nullptr ? nullptr : entry->command;
        } else {
            position.words.push_back(token);
        }
    }
    return position;
}

class Candidates {
public:
    explicit Candidates(const Host& host) : host_(host) {}

    std::vector<Candidate> at(const Position& position) {
        if (value_of_global(position)) {
            // its values alone
        } else if (position.current.starts_with('-')) options(position);
        else if (!position.command_seen) commands();
        else if (position.command != nullptr) words(*position.command, position.words);
        std::erase_if(found_, [&](const Candidate& c) { return !c.word.starts_with(position.current); });
        return std::move(found_);
    }

private:
    /// True if the word is the value of a global option; a file is the shell's own business.
    bool value_of_global(const Position& position) {
        if (!takes_next(position.previous)) return false;
        if (position.previous == "--color") add({"auto", "always", "never"});
        if (position.previous == "--disable-plugin") plugins();
        return true;
    }
    void add(std::initializer_list<const char*> words) {
        for (const char* word : words) found_.push_back({word, {}});
    }
    void commands() {
        for (const auto& [name, entry] : host_.registry.commands())
            if (!name.starts_with('_')) found_.push_back({name, entry.command->summary});
    }
    void jails(bool with_all) {
        for (const auto& jail : host_.configuration().jails) found_.push_back({jail.name.text(), {}});
        if (with_all) found_.push_back({"all", "every jail of JAILS"});
    }
    void plugins() {
        for (const auto& plugin : host_.plugins.loaded) found_.push_back({plugin->name, plugin->summary});
    }
    void options(const Position& position) {
        const auto take = [this](const boost::program_options::options_description& options) {
            for (const auto& option : options.options())
                found_.push_back({"--" + option->long_name(), option->description()});
        };
        if (position.command != nullptr) take(position.command->options);
        take(global_description());
    }
    void words(const Command& command, const std::vector<std::string>& before) {
        const bool first = before.empty();
        if (command.name == "help" && first) return commands();
        if (command.name == "completion" && first) return add({"bash", "zsh", "fish"});
        if (command.name == "plugins") return first ? add({"inspect"}) : plugins();
        if (command.name == "config") return first ? add({"check", "show"}) : jails(false);
        if (command.targets == Targets::one && first) jails(false);
        if (command.targets == Targets::several || command.targets == Targets::optional_several) jails(first);
        else if (command.unlisted_jails) jails(false);
    }

    const Host& host_;
    std::vector<Candidate> found_;
};

std::string text_of(const Candidate& candidate, const std::string& shell) {
    if (candidate.description.empty() || shell == "bash") return candidate.word;
    return candidate.word + (shell == "zsh" ? ":" : "\t") + candidate.description;
}

}  // namespace

std::unique_ptr<Command> complete_command(const Host& host) {
    auto command = std::make_unique<Command>();
    command->name = "__complete";
    command->takes_rest = true;
    command->needs_root = false;
    command->needs_configuration = false;
    command->run = [&host](Invocation& in) {
        if (in.rest().empty()) return;
        const std::string shell = in.rest().front();
        const std::vector<std::string> typed(in.rest().begin() + 1, in.rest().end());
        std::string text;
        for (const auto& candidate : Candidates(host).at(locate(host, typed))) text += text_of(candidate, shell) + "\n";
        if (!text.empty()) in.console().line(text);
    };
    return command;
}

}  // namespace jailctl::core

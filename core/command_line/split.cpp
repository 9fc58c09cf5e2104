#include "command_line/split.hpp"

#include "command_line/global_options.hpp"
#include "command_line/parse.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core {
namespace {

bool is_option(const std::string& token) { return token.size() > 1 && token.front() == '-'; }

[[noreturn]] void refuse(const std::string& token) {
    const auto name = token.substr(0, token.find('='));
    Error error(Errc::usage, "unknown option '" + name + "' before the command");
    if (const auto near = nearest(name, option_names(global_description())); !near.empty())
        error.with_hint("did you mean '" + near + "'?");
    else
        error.with_hint("options of a command stand after it; --version and --verbose have no short form");
    throw error;
}

}  // namespace

SplitLine split_line(const std::vector<std::string>& arguments) {
    SplitLine line;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const auto& token = arguments[i];
        if (token == "--") {
            if (line.command.empty() && i + 1 < arguments.size()) line.command = arguments[++i];
            else {
                line.literal.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1, arguments.end());
                break;
            }
        } else if (is_option(token) && is_global_token(token)) {
            line.globals.push_back(token);
            if (takes_next(token) && i + 1 < arguments.size() && !is_option(arguments[i + 1]))
                line.globals.push_back(arguments[++i]);
        } else if (line.command.empty()) {
            if (is_option(token)) refuse(token);
            line.command = token;
        } else {
            line.words.push_back(token);
        }
    }
    return line;
}

}  // namespace jailctl::core

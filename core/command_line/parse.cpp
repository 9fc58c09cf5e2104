#include "command_line/parse.hpp"

#include <boost/program_options/errors.hpp>
#include <boost/program_options/parsers.hpp>
#include <typeinfo>

#include "command_line/global_options.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::core {
namespace {

namespace po = boost::program_options;
constexpr const char* words_option = "jailctl words";  // the blank keeps it from being typed

constexpr int strict_style = po::command_line_style::allow_long | po::command_line_style::long_allow_adjacent |
                             po::command_line_style::long_allow_next | po::command_line_style::allow_short |
                             po::command_line_style::allow_dash_for_short |
                             po::command_line_style::short_allow_adjacent | po::command_line_style::short_allow_next |
                             po::command_line_style::allow_sticky;

std::string name_of(const po::error_with_option_name& error) {
    const std::string text = error.get_option_name();
    return text.substr(0, text.find('='));
}

[[noreturn]] void refuse_unknown(const std::string& name, const po::options_description& options) {
    Error error(Errc::usage, "unknown option '" + name + "'");
    auto names = option_names(options);
    for (auto& global : option_names(global_description())) names.push_back(global);
    if (const auto near = nearest(name, names); !near.empty()) error.with_hint("did you mean '" + near + "'?");
    throw error;
}

[[noreturn]] void refuse_syntax(const po::invalid_command_line_syntax& error) {
    using Kind = po::invalid_syntax;
    const auto name = name_of(error);
    if (error.kind() == Kind::extra_parameter) throw Error(Errc::usage, "option '" + name + "' takes no value");
    if (error.kind() == Kind::missing_parameter || error.kind() == Kind::empty_adjacent_parameter)
        throw Error(Errc::usage, "option '" + name + "' needs a value");
    throw Error(Errc::usage, "option '" + name + "' cannot be written like this");
}

/// Boost takes "--json" as the value of an option before it, and lets our name for plain words be typed.
void refuse_misread(const po::parsed_options& parsed, const po::options_description& options) {
    for (const auto& option : parsed.options) {
        if (option.string_key == words_option && option.position_key < 0)
            refuse_unknown(std::string("--") + words_option, options);
        const auto& tokens = option.original_tokens;
        if (tokens.size() == 2 && tokens[1].size() > 1 && tokens[1][0] == '-' &&
            (tokens[1][1] < '0' || tokens[1][1] > '9'))
            throw Error(Errc::usage, "option '" + tokens[0] + "' needs a value");
    }
}

/// Boost reads "-5" as 4294967291 into an unsigned variable without a word.
void refuse_negative(const po::parsed_options& parsed, const po::options_description& options) {
    for (const auto& option : parsed.options) {
        if (option.value.empty() || !option.value.front().starts_with('-')) continue;
        const auto* declared = options.find_nothrow(option.string_key, false);
        const auto* typed = declared == nullptr
                                ? nullptr
                                : dynamic_cast<const po::typed_value_base*>(declared->semantic().get());
        if (typed == nullptr) continue;
        const auto& type = typed->value_type();
        if (type == typeid(unsigned) || type == typeid(unsigned long) || type == typeid(unsigned long long) ||
            type == typeid(unsigned short))
            throw Error(Errc::usage, "option '--" + option.string_key + "': '" + option.value.front() +
                                         "' is negative, a whole number from 0 up is needed");
    }
}

std::string value_of(const po::parsed_options& parsed, const std::string& name) {
    for (const auto& option : parsed.options)
        if ("--" + option.string_key == name && !option.value.empty()) return option.value.front();
    return {};
}

void store_and_bind(const po::parsed_options& parsed, po::variables_map& values) {
    try {
        po::store(parsed, values);
        po::notify(values);
    } catch (const po::multiple_occurrences& error) {
        throw Error(Errc::usage, "option '" + name_of(error) + "' is given more than once");
    } catch (const po::required_option& error) {
        throw Error(Errc::usage, "option '" + name_of(error) + "' is required");
    } catch (const po::error_with_option_name& error) {
        const auto name = name_of(error);
        throw Error(Errc::usage, "option '" + name + "': '" + value_of(parsed, name) + "' is not a valid value");
    }
}

}  // namespace

std::vector<std::string> option_names(const po::options_description& options) {
    std::vector<std::string> names;
    for (const auto& option : options.options()) names.push_back("--" + option->long_name());
    return names;
}

std::vector<std::string> parse_strictly(const std::vector<std::string>& tokens, const po::options_description& options,
                                        po::variables_map& values) {
    po::options_description all;
    all.add(options);
    all.add_options()(words_option, po::value<std::vector<std::string>>());
    po::positional_options_description positional;
    positional.add(words_option, -1);
    try {
        const auto parsed =
            po::command_line_parser(tokens).options(all).positional(positional).style(strict_style).run();
        refuse_misread(parsed, options);
        refuse_negative(parsed, options);
        store_and_bind(parsed, values);
    } catch (const po::unknown_option& error) {
        refuse_unknown(name_of(error), options);
    } catch (const po::invalid_command_line_syntax& error) {
        refuse_syntax(error);
    } catch (const po::error& error) {
        throw Error(Errc::usage, std::string("the options cannot be read: ") + error.what());
    }
    return values.count(words_option) != 0 ? values[words_option].as<std::vector<std::string>>()
                                           : std::vector<std::string>{};
}

}  // namespace jailctl::core

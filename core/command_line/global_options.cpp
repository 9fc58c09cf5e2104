#include "command_line/global_options.hpp"

#include <algorithm>
#include <array>
#include <boost/program_options/variables_map.hpp>
#include <thread>

#include "command_line/parse.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/jail.hpp"

namespace jailctl::core {
namespace {

namespace po = boost::program_options;

struct Declared {
    std::string_view name;
    bool takes_value;
};
// What is needed to split the line before anything is parsed; a test compares it with global_description.
constexpr std::array<Declared, 15> declared{{{"config", true},
                                             {"json", false},
                                             {"batch", false},
                                             {"dry-run", false},
                                             {"jobs", true},
                                             {"wait", true},
                                             {"quiet", false},
                                             {"verbose", false},
                                             {"color", true},
                                             {"no-plugins", false},
                                             {"disable-plugin", true},
                                             {"plugin-dir", true},
                                             {"help", false},
                                             {"version", false},
                                             {"h", false}}};

const Declared* find(std::string_view token) {
    if (token == "-h") return &declared.back();
    if (!token.starts_with("--")) return nullptr;
    const auto name = token.substr(2, token.find('=') == std::string_view::npos ? token.npos : token.find('=') - 2);
    const auto* found = std::find_if(declared.begin(), declared.end() - 1, [&](auto& d) { return d.name == name; });
    return found == declared.end() - 1 ? nullptr : found;
}

Color parse_color(const std::string& text) {
    if (text == "auto") return Color::automatic;
    if (text == "always") return Color::always;
    if (text == "never") return Color::never;
    throw Error(Errc::usage, "--color: '" + text + "' is not auto, always or never");
}

int parse_jobs(const std::string& text) {
    if (text.empty()) return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    return in_context("--jobs", [&] { return static_cast<int>(parse_number(text, 1, 1024)); });
}

std::int64_t parse_wait(const std::string& text) {
    return in_context("--wait", [&] { return parse_seconds(text); });
}

}  // namespace

po::options_description global_description() {
    po::options_description options;
    options.add_options()                                                                                  //
        ("config", po::value<std::string>()->value_name("FILE"), "configuration file instead of jails.conf")  //
        ("json", po::bool_switch(), "one JSON document on stdout, text on stderr")                         //
        ("batch", po::bool_switch(), "never ask")                                                          //
        ("dry-run", po::bool_switch(), "print the steps, change nothing")                                  //
        ("jobs", po::value<std::string>()->value_name("N"), "jails worked on at once (default: number of cores)")  //
        ("wait", po::value<std::string>()->value_name("SECONDS"), "wait for a jail that is busy (default: 0)")  //
        ("quiet", po::bool_switch(), "only results, warnings and errors")                                  //
        ("verbose", po::bool_switch(), "every step")                                                       //
        ("color", po::value<std::string>()->value_name("WHEN"), "auto, always or never (default: auto)")   //
        ("no-plugins", po::bool_switch(), "load no plugin")                                                //
        ("disable-plugin", po::value<std::vector<std::string>>()->value_name("NAME"),
         "leave a plugin out; may be repeated")
        ("plugin-dir", po::value<std::string>()->value_name("DIR"),
         "plugins of DIR instead, an absolute path (for authors)")
        ("help,h", po::bool_switch(), "what jailctl, or the command, does")                                //
        ("version", po::bool_switch(), "the version");
    return options;
}

bool is_global_option(std::string_view long_name) { return find("--" + std::string(long_name)) != nullptr; }
bool is_global_token(std::string_view token) { return find(token) != nullptr; }
bool takes_next(std::string_view token) {
    const auto* option = find(token);
    return option != nullptr && option->takes_value && token.find('=') == std::string_view::npos;
}

Globals parse_globals(const std::vector<std::string>& tokens) {
    po::variables_map values;
    const auto description = global_description();
    parse_strictly(tokens, description, values);
    const auto flag = [&](const char* name) { return values[name].as<bool>(); };
    const auto text = [&](const char* name) {
        return values.count(name) ? values[name].as<std::string>() : std::string{};
    };
    Globals globals;
    try {
        globals.options = {flag("json"), flag("batch"), flag("dry-run"), flag("quiet"), flag("verbose"),
                           parse_jobs(text("jobs")),
                           std::chrono::seconds(values.count("wait") ? parse_wait(text("wait")) : 0)};
    } catch (const Error& error) {
        throw Error(Errc::usage, error.what());
    }
    if (flag("quiet") && flag("verbose")) throw Error(Errc::usage, "--quiet and --verbose exclude each other");
    globals.config = text("config");
    globals.plugin_dir = text("plugin-dir");
    if (values.count("plugin-dir") != 0 && !globals.plugin_dir.starts_with('/'))
        throw Error(Errc::usage, "--plugin-dir: '" + globals.plugin_dir + "' is no absolute path");
    if (values.count("disable-plugin") != 0) globals.disabled = values["disable-plugin"].as<std::vector<std::string>>();
    globals.no_plugins = flag("no-plugins");
    globals.help = flag("help");
    globals.version = flag("version");
    if (values.count("color") != 0) globals.color = parse_color(text("color"));
    return globals;
}

Globals salvage_globals(const std::vector<std::string>& line) {
    std::vector<std::string> understood;
    Globals globals;
    for (std::size_t i = 0; i < line.size() && line[i] != "--"; ++i) {
        if (!is_global_token(line[i])) continue;
        const std::size_t before = understood.size();
        understood.push_back(line[i]);
        if (takes_next(line[i]) && i + 1 < line.size()) understood.push_back(line[++i]);
        try {
            globals = parse_globals(understood);
        } catch (const Error&) {
            understood.resize(before);
        }
    }
    return globals;
}

}  // namespace jailctl::core

#include "site.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "jailctl/sdk/error.hpp"

namespace jailctl::test {

Site::Site(const std::vector<std::string>& jails, const std::string& more) {
    for (const auto& directory : {home(), state(), run_dir(), backups(), path() / "addons"})
        ::mkdir(directory.c_str(), 0700);
    configure(jails, more);
}

Site::~Site() {
    // Descriptors are left out: the test itself may still hold some.
    for (const auto& left : leaks_.found())
        if (!left.starts_with("descriptor")) ADD_FAILURE() << "left behind: " << left;
}

void Site::configure(const std::vector<std::string>& jails, const std::string& more) {
    std::string text = "JAIL_HOME=" + home().string() + "\nBACKUPDIR=" + backups().string() + "\nADDONS=" +
                       (path() / "addons").string() + "\nSTATE_DIR=" + state().string() + "\nRUN_DIR=" +
                       run_dir().string() + "\nLOG_FILE=" + (path() / "log").string() + "\nNETWORK=none\nJAILS=\"";
    for (const auto& jail : jails) text += jail + "\n";
    spit(config(), text + "\"\n" + more + "\n", 0600);
}

namespace {

Result run_jailctl(const std::filesystem::path& config, const std::vector<std::string>& args,
                   const RunOptions& options) {
    std::vector<std::string> argv{(stage() / "bin/jailctl").string(), "--config", config.string()};
    argv.insert(argv.end(), args.begin(), args.end());
    return run_command(argv, options);
}

}  // namespace

Result Site::jailctl(const std::vector<std::string>& args, const RunOptions& options) const {
    return run_jailctl(config(), args, options);
}

Value Site::json(const std::vector<std::string>& args, const RunOptions& options) const {
    std::vector<std::string> with{"--json"};
    with.insert(with.end(), args.begin(), args.end());
    const Result result = jailctl(with, options);
    try {
        return parse_json(result.out);
    } catch (const Error& error) {
        ADD_FAILURE() << "no JSON document (" << error.what() << "), status " << result.status
                      << "\nstdout: " << result.out << "\nstderr: " << result.err;
        return {};
    }
}

std::vector<std::string> Site::leftovers() const {
    std::vector<std::string> found;
    const auto look = [&found](const std::filesystem::path& directory, auto&& is_left) {
        std::error_code none;
        for (const auto& entry : std::filesystem::directory_iterator(directory, none))
            if (is_left(entry.path().filename().string())) found.push_back(entry.path().string());
    };
    const auto staged = [](const std::string& name) {
        return name.starts_with(".jailctl") || name.ends_with(".partial");
    };
    look(home(), staged);
    look(backups(), staged);
    look(state() / "journal", [](const std::string&) { return true; });
    look(run_dir() / "journal", [](const std::string&) { return true; });
    return found;
}

OtherSite::OtherSite(const Site& site, const std::string& more) : config_(site.path() / "other.conf") {
    std::string text = slurp(site.config());
    for (const auto& line : {"STATE_DIR=" + site.state().string(), "RUN_DIR=" + site.run_dir().string()})
        text.replace(text.find(line), line.size(), line + "-other");
    spit(config_, text + more, 0600);
}

Result OtherSite::jailctl(const std::vector<std::string>& args, const RunOptions& options) const {
    return run_jailctl(config_, args, options);
}

}  // namespace jailctl::test

#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "config/config.hpp"

namespace jailctl::core::config::test {

/// Files out of a map, as if root's.
class FakeFiles final : public FileProvider {
public:
    explicit FakeFiles(std::map<std::string, std::string> files) : files_(std::move(files)) {}
    std::string read(const std::filesystem::path& file) override;
    std::optional<std::vector<std::string>> list(const std::filesystem::path& directory) override;
    std::optional<std::string> home(std::string_view user) override;

private:
    std::map<std::string, std::string> files_;
};

inline constexpr const char* main_file = "/etc/jails.conf";

/// Parses `text` as /etc/jails.conf with `others` beside it.
Draft parse_text(const std::string& text, std::map<std::string, std::string> others = {});
/// Parses and resolves with the plugins' variables that these tests need.
Resolution resolve_text(const std::string& text, std::map<std::string, std::string> others = {},
                        Plugins plugins = Plugins::complete);
std::vector<Variable> plugin_variables();

/// What is wrong with the own file of a jail of JAILS.
std::shared_ptr<const Error> mistake_of(const Resolution& resolution, const JailName& jail);

/// All diagnostics as printed, joined by newlines.
std::string texts(const std::vector<Diagnostic>& diagnostics);
/// `IF` and `JAILS` of one or more entries.
std::string with_jails(const std::string& jails);

}  // namespace jailctl::core::config::test

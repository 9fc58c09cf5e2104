#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/diagnostic.hpp"
#include "config/environment.hpp"
#include "config/files.hpp"
#include "config/source.hpp"
#include "config/syntax.hpp"

namespace jailctl::core::config {

/// One parse of jails.conf with everything it read; jails.d files are parsed later into environments of their own.
struct Script {
    std::filesystem::path file;
    std::unique_ptr<FileProvider> files;
    Sources sources;
    Environment environment;
    std::map<std::string, Environment, std::less<>> of_jails;  ///< jails.d, by the jail's name as JAILS has it
    std::vector<Diagnostic> diagnostics;

    void add(Severity severity, Position at, std::string sentence, std::string advice = {}) {
        if (severity == Severity::warning && diagnostics.size() >= most_warnings) return;
        diagnostics.push_back(sources.diagnose(severity, at, std::move(sentence), std::move(advice)));
    }
};

}  // namespace jailctl::core::config

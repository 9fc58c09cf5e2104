#include "config/config.hpp"

#include "config/parser.hpp"

namespace jailctl::core::config {

Draft::Draft(std::filesystem::path file, std::unique_ptr<FileProvider> files) : script_(std::make_unique<Script>()) {
    script_->file = std::move(file);
    script_->files = std::move(files);
    Parser(*script_, script_->environment).parse_file(script_->file);
}

Draft::Draft(Draft&&) noexcept = default;
Draft& Draft::operator=(Draft&&) noexcept = default;
Draft::~Draft() = default;

bool Draft::ok() const noexcept { return !failed(script_->diagnostics); }

const std::vector<Diagnostic>& Draft::diagnostics() const noexcept { return script_->diagnostics; }

std::string_view Draft::value(std::string_view variable) const noexcept {
    const Assigned* assigned = script_->environment.find(variable);
    return assigned != nullptr ? std::string_view(assigned->value.text()) : std::string_view{};
}

const std::filesystem::path& Draft::file() const noexcept { return script_->file; }

Draft parse(const std::filesystem::path& file, Trust trust) {
    return {std::filesystem::absolute(file).lexically_normal(), trusted_files(trust)};
}

}  // namespace jailctl::core::config

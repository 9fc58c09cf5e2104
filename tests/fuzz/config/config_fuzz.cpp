#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "config/config.hpp"
#include "config/script.hpp"

/// libFuzzer target of the configuration parser. The input is jails.conf, then, each after a byte 0x1e, the file
/// "included" that it may read and jails.d/a.conf. Whatever the bytes are: no crash, no sanitizer report, every
/// position inside a text that was read, and the same answer twice.
namespace {

using namespace jailctl;
using namespace jailctl::core::config;

class Pieces final : public FileProvider {
public:
    explicit Pieces(std::string_view input) {
        for (auto* piece : {&main_, &included_, &of_jail_}) {
            const auto end = std::min(input.find('\x1e'), input.size());
            *piece = input.substr(0, end);
            input.remove_prefix(std::min(end + 1, input.size()));
        }
    }
    std::string read(const std::filesystem::path& file) override {
        if (file == "/f/jails.conf") return main_;
        if (file == "/f/included") return included_;
        if (file == "/f/jails.d/a.conf") return of_jail_;
        throw Error(Errc::not_found, "no such file");
    }
    std::optional<std::vector<std::string>> list(const std::filesystem::path&) override {
        return std::vector<std::string>{"a.conf"};
    }
    std::optional<std::string> home(std::string_view user) override {
        if (user.empty()) return "/root";
        return std::nullopt;
    }

private:
    std::string main_, included_, of_jail_;
};

void require(bool holds) {
    if (!holds) std::abort();
}

void check_diagnostics(const std::vector<Diagnostic>& diagnostics) {
    for (const auto& diagnostic : diagnostics) {
        require(!diagnostic.sentence.empty() && diagnostic.sentence.find('\n') == std::string::npos);
        require(diagnostic.caret.empty() || diagnostic.caret.back() == '^');
        require(diagnostic.caret.empty() || (diagnostic.origin.line > 0 && diagnostic.origin.column > 0));
        require(diagnostic.source.find('\x1b') == std::string::npos);
    }
}

void check_provenance(const Script& script) {
    for (const auto& [name, assigned] : script.environment.variables()) {
        require(!name.empty() && assigned.value.size() <= 1U << 20U);
        for (std::size_t i = 0; i < assigned.value.size(); i += 1 + assigned.value.size() / 64) {
            const Position at = assigned.value.at(i);
            require(at.file < script.sources.size() && at.offset < script.sources.text(at.file).size());
        }
    }
}

std::string run(std::string_view input) {
    const Draft draft("/f/jails.conf", std::make_unique<Pieces>(input));
    check_diagnostics(draft.diagnostics());
    check_provenance(draft.script());
    const Resolution resolution = resolve(draft, {});
    check_diagnostics(resolution.diagnostics);
    require(resolution.ok() || resolution.configuration.jails.empty());
    std::string answer;
    for (const auto& diagnostic : resolution.diagnostics) answer += diagnostic.text();
    for (const auto& jail : resolution.configuration.jails) {
        require(jail.root.is_absolute() && !jail.addresses.empty());
        answer += jail.root.string();
        for (const auto& line : show(resolution.configuration, &jail)) answer += line;
    }
    return answer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    const std::string first = run(input);
    require(first == run(input));
    return 0;
}

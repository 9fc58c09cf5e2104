#pragma once

#include <string>
#include <string_view>

namespace jailctl::core {

/// Who is asked: the terminal, or from a worker the parent process, which asks for one jail at a time.
class Asker {
public:
    virtual ~Asker() = default;
    [[nodiscard]] virtual bool can_ask() const = 0;
    /// A line; `secret` without echo. @throws Error usage: cannot ask; interrupted
    [[nodiscard]] virtual std::string ask(std::string_view prompt, bool secret) = 0;
};

/// Asks on stderr, reads stdin. Echo comes back however the question ends.
class TerminalAsker final : public Asker {
public:
    explicit TerminalAsker(bool batch) : batch_(batch) {}
    [[nodiscard]] bool can_ask() const override;
    [[nodiscard]] std::string ask(std::string_view prompt, bool secret) override;

private:
    bool batch_;
};

}  // namespace jailctl::core

#include "builtin/builtin.hpp"

namespace jailctl::core {

std::unique_ptr<Command> version_command() {
    auto command = std::make_unique<Command>();
    command->name = "version";
    command->summary = "the version of jailctl and of the SDK plugins are built with";
    command->needs_root = false;
    command->needs_configuration = false;
    command->run = [](Invocation& in) {
        const auto sdk = std::to_string(sdk_major) + "." + std::to_string(sdk_minor);
        in.console().line("jailctl " JAILCTL_VERSION " (SDK " + sdk + ")");
        in.console().data("version", JAILCTL_VERSION);
        in.console().data("sdk", sdk);
    };
    return command;
}

}  // namespace jailctl::core

#include <memory>
#include <stdexcept>
#include <string>

#include "jailctl/sdk/sdk.hpp"

/// One source for every animal of the zoo; CMake says by ZOO_... which one is built.
namespace zoo {

using namespace jailctl;

#ifndef ZOO_NAME
#define ZOO_NAME "good"
#endif
#ifndef ZOO_NEEDS
#define ZOO_NEEDS ""
#endif
#ifndef ZOO_COMMAND
#define ZOO_COMMAND ZOO_NAME "-command"
#endif

#ifdef ZOO_PROVIDES
class Provided final : public Service {
public:
    static constexpr std::string_view id = ZOO_PROVIDES;
};
#endif

class Animal final : public Plugin {
public:
    Animal() {
#ifdef ZOO_THROW_IN_CREATE
        throw std::runtime_error("no room in the ark");
#endif
    }
#ifdef ZOO_WILD_VARIABLES
    /// The value says who throws what; none of it is an Error.
    static Variable wild_variable() {
        Variable wild{"WILD", "throws", "", Scope::jail, {}};
        wild.check = [](const std::string& value) {
            if (value == "int") throw 42;
            if (value == "std") throw std::out_of_range("too far");
        };
        wild.inspect = [](Inspection& inspection) {
            if (inspection.value == "later") throw 42;
        };
        wild.require = [](const Jail& jail) {
            if (jail.name.text() == "wanting.test") throw 42;
        };
        return wild;
    }
#endif
    void attach(Registrar& host) override {
        Command command;
        command.name = ZOO_COMMAND;
        command.summary = "a command of " ZOO_NAME;
        command.needs_configuration = false;
        command.run = [](Invocation& in) { in.console().line("this is " ZOO_NAME); };
        host.add(std::move(command));
#ifdef ZOO_WILD_VARIABLES
        host.declare(wild_variable());
#endif
#ifdef ZOO_THROWING_COMMAND
        Command throwing;
        throwing.name = "throw";
        throwing.summary = "throws what is no Error";
        throwing.needs_configuration = false;
        throwing.run = [](Invocation&) { throw std::out_of_range("too far"); };
        host.add(std::move(throwing));
#endif
#ifdef ZOO_PROVIDES
        host.provide(ZOO_NAME, std::make_unique<Provided>());
#endif
#if defined(ZOO_THROW_ERROR)
        throw Error(Errc::failed, "it is too wet");
#elif defined(ZOO_THROW_STD)
        throw std::length_error("too long");
#elif defined(ZOO_THROW_INT)
        throw 42;
#endif
    }
};

}  // namespace zoo

#ifndef ZOO_MANIFEST
JAILCTL_PLUGIN(zoo::Animal, ZOO_NAME, "1.2.3", "an animal of the zoo", ZOO_NEEDS);
#else
#ifndef ZOO_MAGIC
#define ZOO_MAGIC ::jailctl::manifest_magic
#endif
#ifndef ZOO_SIZE
#define ZOO_SIZE sizeof(::jailctl::PluginManifest)
#endif
#ifndef ZOO_MAJOR
#define ZOO_MAJOR ::jailctl::sdk_major
#endif
#ifndef ZOO_MINOR
#define ZOO_MINOR ::jailctl::sdk_minor
#endif
namespace {
constexpr jailctl::AbiFacts facts() {
    auto all = jailctl::abi_facts_of_this_build();
#ifdef ZOO_OTHER_ABI
    all.boost = 108100;
    all.debug_mode = all.debug_mode == 0 ? 1 : 0;
#endif
    return all;
}
}  // namespace
extern "C" __attribute__((visibility("default"), used)) const jailctl::PluginManifest jailctl_plugin_v1;
extern "C" const jailctl::PluginManifest jailctl_plugin_v1 = {
    ZOO_MAGIC, ZOO_SIZE, ZOO_MAJOR, ZOO_MINOR, facts(), ZOO_NAME, "1.2.3", "an animal of the zoo", ZOO_NEEDS,
    []() -> jailctl::Plugin* { return new zoo::Animal; }, [](jailctl::Plugin* plugin) noexcept { delete plugin; }};
#endif

#include "registry/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/events.hpp"
#include "jailctl/testing/fake_host.hpp"
#include "plugins/desk.hpp"
#include "registry/bus.hpp"
#include "registry/services.hpp"

namespace jailctl::core {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Clock : public Service {
public:
    static constexpr std::string_view id = "clock/1";
};

struct Ring {
    static constexpr std::string_view event = "ring/1";
    static constexpr OnFailure on_failure = OnFailure::abort_operation;
    std::vector<std::string>* heard;
};
struct Rang {
    static constexpr std::string_view event = "rang/1";
    static constexpr OnFailure on_failure = OnFailure::report;
};

class RegistryTest : public testing::Test {
protected:
    void plugin(const std::string& name, const std::function<void(Registrar&)>& attach) {
        auto loaded = std::make_unique<LoadedPlugin>();
        loaded->name = name;
        Desk desk(loaded->registrations);
        attach(desk);
        plugins.loaded.push_back(std::move(loaded));
    }
    static Command command(const std::string& name, std::vector<std::string> aliases = {}) {
        Command made;
        made.name = name;
        made.aliases = std::move(aliases);
        made.run = [](Invocation&) {};
        return made;
    }
    static Variable variable(const std::string& name) { return {name, "", "", Scope::jail, {}}; }
    PluginSet plugins;
    Registry registry;
};

TEST_F(RegistryTest, TwoClaimantsGetNothingUnlessPreferred) {
    for (const auto* name : {"a", "b"})
        plugin(name, [](Registrar& host) {
            host.add(command("backup"));
            host.declare(variable("X"));
            host.provide("wall", std::make_unique<Clock>());
        });
    registry.take_in(plugins, parse_preferences("backup:b"));
    ASSERT_NE(registry.command("backup"), nullptr);
    EXPECT_EQ(registry.command("backup")->plugin, "b");
    EXPECT_TRUE(registry.variables().empty());
    EXPECT_TRUE(registry.providers("clock/1").empty());
    ASSERT_EQ(registry.problems().size(), 2U);
    EXPECT_THAT(registry.problems()[0], HasSubstr("variable 'X' is registered by the plugins 'a' and 'b'"));
}

TEST_F(RegistryTest, WhatVariablesThrowIsAnErrorThatNamesThePlugin) {
    plugin("wild", [](Registrar& host) {
        Variable wild = variable("WILD");
        wild.check = [](const std::string& value) {
            if (value == "number") throw 42;
            if (value == "standard") throw std::out_of_range("too far");
            if (value == "error") throw Error(Errc::invalid, "too wild").with_hint("be tame");
        };
        wild.require = [](const Jail&) { throw std::logic_error("no way"); };
        host.declare(std::move(wild));
        host.declare(variable("TAME"));
    });
    registry.take_in(plugins, {});
    ASSERT_EQ(registry.variables().size(), 2U);
    const Variable& wild = registry.variables()[0];
    EXPECT_NO_THROW(wild.check("good"));
    const auto said = [](const std::function<void()>& call) -> std::string {
        try {
            call();
        } catch (const Error& error) {
            return std::string(error.what()) + " | " + error.hint();
        }
        return "nothing";
    };
    const std::string defect = " | this is a defect: report it to its author";
    EXPECT_EQ(said([&] { wild.check("number"); }),
              "plugin 'wild' failed with something that is no exception class" + defect);
    EXPECT_EQ(said([&] { wild.check("standard"); }), "plugin 'wild' failed: too far" + defect);
    EXPECT_EQ(said([&] { wild.check("error"); }), "too wild | be tame");
    EXPECT_EQ(said([&] {
                  wild.require({JailName("a.test"), {}, {}, {}, {}});
              }),
              "plugin 'wild' failed: no way" + defect);
    EXPECT_FALSE(wild.inspect);  // what is not there is not asked
    EXPECT_FALSE(registry.variables()[1].check);
}

/// They are called while an operation that failed is destroyed, where only what is an exception class can be reported.
TEST_F(RegistryTest, WhatAnUndoerThrowsIsAnErrorThatNamesThePlugin) {
    plugin("wild",
           [](Registrar& host) { host.undoer("wild.step", [](Invocation&, const Jail&, const Value&) { throw 42; }); });
    registry.take_in(plugins, {});
    const Undoer* undoer = registry.find("wild.step");
    ASSERT_NE(undoer, nullptr);
    test::FakeHost host;
    try {
        (*undoer)(host, {JailName("a.test"), {}, {}, {}, {}}, {});
        ADD_FAILURE() << "nothing was thrown";
    } catch (const Error& error) {
        EXPECT_STREQ(error.what(), "plugin 'wild' failed with something that is no exception class");
    }
}

TEST_F(RegistryTest, AliasesAreNamesToo) {
    plugin("a", [](Registrar& host) { host.add(command("shell", {"console"})); });
    plugin("b", [](Registrar& host) { host.add(command("console")); });
    registry.take_in(plugins, {});
    EXPECT_NE(registry.command("shell"), nullptr);
    EXPECT_EQ(registry.command("console"), nullptr);
    EXPECT_THAT(registry.conflict("console"), HasSubstr("PLUGIN_PREFER=\"console:PLUGIN\""));
}

TEST_F(RegistryTest, PreferencesAreNameAndPlugin) {
    EXPECT_EQ(parse_preferences("jail-runtime/1:linux backup:site").at("jail-runtime/1"), "linux");
    EXPECT_THROW(parse_preferences("backup"), Error);
    EXPECT_THROW(parse_preferences(":site"), Error);
}

TEST_F(RegistryTest, DeskRefusesWhatCannotWork) {
    EXPECT_THROW(plugin("x", [](Registrar& host) {
        auto idle = command("idle");
        idle.run = nullptr;
        host.add(std::move(idle));
    }), Error);
    EXPECT_THROW(plugin("x", [](Registrar& host) { host.add(command("has blank")); }), Error);
    EXPECT_THROW(plugin("x", [](Registrar& host) { host.declare(variable("A-B")); }), Error);
    EXPECT_THROW(plugin("x", [](Registrar& host) {
        auto json = command("json");
        json.options.add_options()("json", "mine");
        host.add(std::move(json));
    }), Error);
}

TEST_F(RegistryTest, ServicesByNameOrByPreference) {
    plugin("a", [](Registrar& host) { host.provide("sun", std::make_unique<Clock>()); });
    plugin("b", [](Registrar& host) { host.provide("sand", std::make_unique<Clock>()); });
    registry.take_in(plugins, parse_preferences("clock:sand"));
    Services services(registry);
    EXPECT_THAT(services.providers("clock/1"), ElementsAre("sun", "sand"));
    EXPECT_EQ(&services.get<Clock>(), &services.get<Clock>("sand"));
    EXPECT_NE(&services.get<Clock>("sun"), &services.get<Clock>("sand"));
    try {
        static_cast<void>(services.get<Clock>("sum"));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::config);
        EXPECT_STREQ(error.what(), "no provider 'sum' of the service clock/1, there is sun, sand");
        EXPECT_EQ(error.hint(), "did you mean 'sun'?");
    }
}

TEST_F(RegistryTest, TheFirstVetoStopsAndReleasesWhatWasLeased) {
    std::vector<std::string> heard;
    plugin("a", [](Registrar& host) {
        host.on<Ring>([](const Ring& ring) {
            ring.heard->push_back("a");
            return Lease([heard = ring.heard] { heard->push_back("released"); });
        });
    });
    plugin("b", [](Registrar& host) { host.on<Ring>([](const Ring&) { throw 7; }); });
    plugin("c", [](Registrar& host) { host.on<Ring>([](const Ring& ring) { ring.heard->push_back("c"); }); });
    registry.take_in(plugins, {});
    Bus bus(registry, [](const Error&) { FAIL() << "a veto is no report"; });
    try {
        static_cast<void>(bus.fire(Ring{&heard}));
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.code(), Errc::vetoed);
        EXPECT_THAT(error.what(), HasSubstr("plugin 'b'"));
    }
    EXPECT_THAT(heard, ElementsAre("a", "released"));
}

TEST_F(RegistryTest, ReportingEventsReachEveryHandler) {
    int reached = 0;
    plugin("a", [](Registrar& host) { host.on<Rang>([](const Rang&) { throw Error(Errc::io, "one"); }); });
    plugin("b", [&](Registrar& host) { host.on<Rang>([&](const Rang&) { ++reached; }); });
    registry.take_in(plugins, {});
    std::vector<std::string> reports;
    Bus bus(registry, [&](const Error& error) { reports.emplace_back(error.what()); });
    static_cast<void>(bus.fire(Rang{}));
    EXPECT_EQ(reached, 1);
    EXPECT_THAT(reports, ElementsAre("one"));
}

}  // namespace
}  // namespace jailctl::core

#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/operation.hpp"
#include "jailctl/sdk/registrar.hpp"
#include "jailctl/sdk/service.hpp"
#include "scratch.hpp"

namespace jailctl::test {

/// Notes what it is told.
class FakeConsole final : public Console {
public:
    void line(std::string_view text) override { lines.emplace_back(text); }
    void info(std::string_view text) override { infos.emplace_back(text); }
    void verbose(std::string_view) override {}
    void warn(std::string_view) override {}
    void error(const Error& error) override { errors.emplace_back(error.what()); }
    int raw_output() override { return 1; }
    std::unique_ptr<Progress> progress(std::string_view, std::uint64_t) override { return nullptr; }
    bool can_ask() const override { return false; }
    bool confirm(std::string_view) override { return false; }
    std::string ask_secret(std::string_view) override { return {}; }
    void data(std::string_view, Value) override {}
    bool json() const override { return false; }

    std::vector<std::string> lines, infos, errors;
};

class FakeUndoers final : public UndoDirectory {
public:
    const Undoer* find(std::string_view kind) const override {
        const auto found = undoers.find(std::string(kind));
        return found == undoers.end() ? nullptr : &found->second;
    }
    std::map<std::string, Undoer> undoers;
};

/// An invocation for one jail whose steps leave marks: files below the scratch directory's "marks".
class FakeInvocation final : public Invocation {
public:
    explicit FakeInvocation(const Scratch& scratch)
        : configuration_(scratch.configuration()), marks_(scratch.directory("marks")) {
        undoers_.undoers["mark.remove"] = [this](Invocation&, const Jail&, const Value& arguments) {
            undone.push_back(arguments["name"].str());
            if (failing == arguments["name"].str()) throw Error(Errc::busy, "cannot remove " + failing);
            std::filesystem::remove(marks_ / arguments["name"].str());
        };
    }
    Console& console() override { return fake_console; }
    const Configuration& configuration() const override { return configuration_; }
    const GlobalOptions& options() const override { return fake_options; }
    HookBus& hooks() override { throw std::logic_error("no hooks here"); }
    ServiceDirectory& services() override { throw std::logic_error("no services here"); }
    const UndoDirectory& undoers() const override { return undoers_; }
    const std::vector<Jail>& jails() const override { return jails_; }
    bool all() const override { return false; }
    const std::optional<std::string>& path() const override { return path_; }
    const std::vector<std::string>& rest() const override { return rest_; }
    void omission(const std::string& sentence) override { omissions.push_back(sentence); }
    bool has_omissions() const override { return !omissions.empty(); }
    void log(std::string_view) override {}
    void set_exit_status(int) override {}

    /// Undo data of a step that makes the mark `name`.
    static Undo unmark(const std::string& name) { return {"mark.remove", Value::object().set("name", name)}; }
    void mark(const std::string& name) const { ::close(::open((marks_ / name).c_str(), O_CREAT | O_CLOEXEC, 0600)); }
    [[nodiscard]] std::string marks() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(marks_)) names.push_back(entry.path().filename());
        std::sort(names.begin(), names.end());
        std::string all;
        for (const auto& name : names) all += (all.empty() ? "" : " ") + name;
        return all;
    }

    FakeConsole fake_console;
    GlobalOptions fake_options;
    std::vector<std::string> undone, omissions;
    std::string failing;  ///< the mark whose removal fails
    Jail jail{JailName("x.example"), {}, "/nowhere/x.example", {}, {}};

private:
    Configuration configuration_;
    std::filesystem::path marks_;
    FakeUndoers undoers_;
    std::vector<Jail> jails_;
    std::optional<std::string> path_;
    std::vector<std::string> rest_;
};

}  // namespace jailctl::test

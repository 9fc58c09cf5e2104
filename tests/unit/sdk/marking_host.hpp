#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "jailctl/sdk/recovery.hpp"
#include "jailctl/testing/fake_host.hpp"
#include "jailctl/testing/scratch.hpp"

namespace jailctl::test {

/// A host for one jail whose steps leave marks: files below the scratch directory's "marks".
class MarkingHost final : public FakeHost {
public:
    explicit MarkingHost(const Scratch& scratch) : marks_(scratch.directory("marks")) {
        scratch.use_for(fake_configuration);
        undoer("mark.remove", [this](Invocation&, const Jail&, const Value& arguments) {
            if (failing == arguments["name"].str()) throw Error(Errc::busy, "cannot remove " + failing);
            undone.push_back(arguments["name"].str());
            std::filesystem::remove(marks_ / arguments["name"].str());
        });
    }
    /// Undo data of a step that makes the mark `name`.
    static Undo unmark(const std::string& name) { return {"mark.remove", Value::object().set("name", name)}; }
    void mark(const std::string& name) const { spit(marks_ / name, ""); }
    [[nodiscard]] std::string marks() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(marks_)) names.push_back(entry.path().filename());
        std::sort(names.begin(), names.end());
        std::string all;
        for (const auto& name : names) all += (all.empty() ? "" : " ") + name;
        return all;
    }

    /// What an interrupted command left of the jail, "" if nothing.
    [[nodiscard]] std::string interrupted_command() const {
        const auto all = interrupted_commands(configuration());
        const auto found = all.find(jail.name.key());
        return found == all.end() ? "" : found->second;
    }

    std::vector<std::string> undone;
    std::string failing;  ///< the mark whose removal fails
    Jail jail{JailName("x.example"), {}, "/nowhere/x.example", {}, {}};

private:
    std::filesystem::path marks_;
};

}  // namespace jailctl::test

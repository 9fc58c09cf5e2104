#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "file.hpp"
#include "job.hpp"

namespace jailctl::tree {

/// Gives a tree that was restored without them what the lines of a manifest tell
/// (manifest.hpp). What cannot be is noted.
class Settler {
public:
    /// @param wanted  sockets that are made all the same, if nothing but they may be taken from the manifest
    Settler(Job& job, std::vector<std::string> wanted) : job_(job), wanted_(std::move(wanted)) {}

    /// Whether a line tells of a socket asked for by name: restic makes none, and no directory for it alone.
    [[nodiscard]] bool is_wanted_socket(const Value& line) const;
    /// Makes the directories above it that are missing.
    void make_room_for(const Value& line);
    /// Everything but flags.
    void apply(const Value& line);
    /// Last of all: what is immutable takes no further change.
    void apply_flags(const Value& line);
    [[nodiscard]] std::uint64_t applied() const noexcept { return applied_; }

private:
    /// Where an entry of the manifest stands: its directory, opened without following a link, and its name there.
    struct Spot {
        UniqueFd parent;
        std::string name;
    };
    [[nodiscard]] Spot spot_of(const std::string& path) const;
    void attempt(const Value& line, const std::function<void(const Spot&, const Facts&)>& act);
    static void rename_in(const Spot& spot, const std::function<void()>& change);
    void socket(const Spot& spot, const Value& line);
    void link(const Spot& spot, const Facts& facts, const std::string& first) const;
    static void retarget(const Spot& spot, const Facts& facts, const std::string& target);
    static void punch(const Spot& spot, const Facts& facts, const Value& line);

    Job& job_;
    std::vector<std::string> wanted_;
    std::uint64_t applied_ = 0;
};

}  // namespace jailctl::tree

#pragma once

#include <cstdint>
#include <string>

#include "archive/tar_reader.hpp"
#include "job.hpp"

namespace jailctl::tree {

/// What may come out of an archive (security.md 6).
struct UnpackRules {
    /// Recorded or vouched for; else the allow-list: no devices, flags, odd attributes, unknown types.
    bool everything = false;
    bool base = false;        ///< a base, which may be compressed with xz or bzip2, too
    bool on_host = false;     ///< goes where users of the host may see it: set-id bits and capabilities are odd then
    bool compare_index = false;  ///< every entry and digest with the archive's index, if it has one
    bool named = false;       ///< name what the allow-list would have left out
    bool ask = false;         ///< InDoubt is thrown where something would be left out
    bool any_holes = false;   ///< however large: else most_holes in all are counted for digests
    std::uint64_t largest_id = 0xfffffffeU;
    std::uint64_t max_bytes = std::uint64_t{1} << 44;
    std::uint64_t max_entries = 50'000'000;
};

/// Something of the archive depends on whether it is to be trusted, and that is not known yet.
struct InDoubt {};

/// Judges members by the rules, and keeps a list of what stays out.
class Admission {
public:
    Admission(Job& job, const UnpackRules& rules);
    /// @throws Error damaged: ids of its owner, or in its access lists, beyond the largest
    void check_ids(const std::string& path, const Member& member) const;
    /// Takes from a member what the allow-list forbids. @return false if nothing is left of it
    [[nodiscard]] bool allow(const std::string& path, Member& member);
    /// That there is something the allow-list forbids. @return true if it is to be left out, and is named then
    [[nodiscard]] bool odd(const std::string& path, const std::string& what);
    void leave_out(const std::string& path, const std::string& why);
    [[nodiscard]] const Value& left_out() const noexcept { return left_out_; }  ///< "path", "why"; the first thousand
    [[nodiscard]] std::uint64_t left_out_total() const noexcept { return left_out_total_; }

private:
    Job& job_;
    UnpackRules rules_;
    Value left_out_ = Value::array();
    std::uint64_t left_out_total_ = 0;
};

}  // namespace jailctl::tree

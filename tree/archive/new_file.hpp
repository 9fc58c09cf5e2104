#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "archive/tar_writer.hpp"

namespace jailctl::tree {

/// Told of what a file system, or the root of a user namespace, cannot have: the path, and what it was.
using Note = std::function<void(const std::string& path, const std::string& what)>;

/// Runs `set`; where this place cannot have what it sets, that is noted. @throws Error everything else
void attempt(const std::string& path, const Note& note, const std::function<void()>& set);

/// @param path  what could not be made, with errno @throws Error damaged: the archive holds it twice; io
[[noreturn]] void cannot_make(const char* what, const std::string& path);

/// Makes one regular file of an archive. Attributes that wait for the end, default ACL and file flags, are not set.
class NewFile {
public:
    /// @param path   of the file, for messages
    /// @param gives_group  the directory gives files its own group
    /// @throws Error damaged: the name is taken; io
    NewFile(int directory, const char* name, std::string path, const Member& member, bool gives_group);
    /// In ascending order; what lies between is a hole.
    void write(std::uint64_t offset, std::string_view bytes);
    /// Size, owner, mode, attributes and time. To be called once, after the content.
    void finish(const Note& note);

private:
    std::string path_;
    const Member& member_;
    bool gives_group_, owned_;
    UniqueFd fd_;
    std::uint64_t end_ = 0;
};

}  // namespace jailctl::tree

#pragma once

#include <string>
#include <string_view>

namespace jailctl::tree {

/// Names of a member as its extended headers have them, byte for byte; empty where they have none, or a path in ASCII.
struct RawNames {
    std::string path, target;
};

/// Keeps what members are really called, as their headers go by. libarchive composes the letters of names that it reads
/// as UTF-8 (NFC): two files may become one, and none has the name it had. The first link whose plain header has no
/// target has none for it.
class NameKeeper {
public:
    /// One of GNU's, 'L' or 'K': a path or the target of a link.
    void gnu_header(char type, std::string_view name);
    void pax_record(std::string_view key, std::string_view value);
    /// The records were of a pax header of this type. @param ours  jailctl made the archive
    void pax_header(char type, bool ours);
    /// What the member is called whose headers these were.
    [[nodiscard]] RawNames take();

private:
    void add(RawNames names);

    RawNames named_, pax_;     // by the headers of the current member so far, by the records of one pax header
    std::string sparse_name_;  // GNU.sparse.name: stronger than the path beside it
};

}  // namespace jailctl::tree

#pragma once

#include <cstdint>
#include <string>
#include <sys/stat.h>
#include <vector>

/// What each system keeps and copies in a way of its own; one implementation per platform folder.
namespace jailctl::tree {

/// Copies the content of a regular file of `size` bytes into an empty one: shared blocks where the file system can, else
/// data segments only, so that holes stay holes. @throws Error io, no_space
void copy_content(int in, int out, std::uint64_t size);

/// Copies the extended attributes, ACLs among them. @return names of those that could not be written
std::vector<std::string> copy_attributes(int in, int out);
/// The same for an entry that cannot be opened: a link, a device, a FIFO.
std::vector<std::string> copy_entry_attributes(int from, const std::string& name, int to, const std::string& as);

/// Copies the flags of chattr(1) a user may set. @return false if the file system refused
bool copy_file_flags(int in, int out);
/// Takes immutable and append-only off. @return true if one was set
bool clear_protection(int fd);
/// The same for an entry by name; nothing for what cannot be opened.
bool clear_protection(int directory, const std::string& name);

/// Everything written to the file system of `fd` is on the disk when this returns. @throws Error io
void sync_file_system(int fd);

}  // namespace jailctl::tree

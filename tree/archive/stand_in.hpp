#pragma once

#include <string>
#include <string_view>

namespace jailctl::tree {

/// libarchive 3.6 cuts a long name that is no UTF-8 short before it writes it as GNU.sparse.name, the name of a sparse
/// file. It is given a name in ASCII of the same length instead, and the real one is put into what it wrote.
[[nodiscard]] bool needs_stand_in(std::string_view name) noexcept;
[[nodiscard]] std::string stand_in_for(std::string name);
/// @param headers  of one member, the extended one first: `name` stands for stand_in_for(name) afterwards
void put_real_name(std::string& headers, const std::string& name);

}  // namespace jailctl::tree

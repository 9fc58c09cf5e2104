#pragma once

#include <cstddef>
#include <functional>

#include "jailctl/sdk/value.hpp"

namespace jailctl::backup {

constexpr std::size_t most_absent = 1000;

/// What was noted of a file that is not there stays: the disk may not be mounted just now, the archive may have
/// been moved and come back. Only so that the notes do not grow for ever, the oldest go when more than
/// most_absent such there are.
/// @param notes   in the order in which they were written
/// @param member  that holds the absolute path
/// @param stays   what never goes
void bound_absent(Value::Array& notes, const char* member, const std::function<bool(const Value& note)>& stays);

}  // namespace jailctl::backup

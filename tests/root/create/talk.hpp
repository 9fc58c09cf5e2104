#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support.hpp"

namespace jailctl::test {

/// What was seen on a terminal, and how the command on it ended.
struct Talk {
    std::string seen;
    int status = -1;  ///< of a signal 128 more than its number
};
/// Runs jailctl on a terminal of its own and answers each question, for a password or for yes or
/// no, with the next answer.
Talk talk(const Site& site, const std::vector<std::string>& args, const std::vector<std::string>& answers,
          const std::function<void()>& at_first_question = [] {});

}  // namespace jailctl::test

#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <string>
#include <vector>

namespace jailctl::core {

/// Parses options and words: no abbreviations, each option once unless it is a list, no negative number for an unsigned
/// one, messages of our own. Values are stored and bound.
/// @return the words that are no options, in order
/// @throws Error usage, with the nearest option as hint
std::vector<std::string> parse_strictly(const std::vector<std::string>& tokens,
                                        const boost::program_options::options_description& options,
                                        boost::program_options::variables_map& values);

/// "--name" of every option.
[[nodiscard]] std::vector<std::string> option_names(const boost::program_options::options_description& options);

}  // namespace jailctl::core

#include "jailctl/sdk/inspection.hpp"

#include "jailctl/sdk/text.hpp"

namespace jailctl {

Error unknown_name(std::string_view variable, std::string_view value, std::string_view thing,
                   const std::vector<std::string>& names) {
    std::vector<std::string> bare;  // without what follows a scheme
    for (const auto& name : names) bare.push_back(name.substr(0, name.find(':')));
    const std::string list = joined(names);
    const std::string there = names.empty()       ? "; there is none: see 'jailctl plugins'"
                              : names.size() == 1 ? "; there is " + list
                                                  : "; there are " + list;
    Error error(Errc::config, std::string(variable) + "=" + escape_name(value) + ": there is no " + std::string(thing) +
                                  " of that name" + there);
    if (const auto near = nearest(value.substr(0, value.find(':')), bare); !near.empty())
        error.with_hint("did you mean " + near + "?");
    return error;
}

}  // namespace jailctl

#include "actions.hpp"
#include "archive/extraction.hpp"
#include "archive/member_name.hpp"

namespace jailctl::tree::actions {

Value extract(Job& job) {
    constexpr std::uint64_t ids_of_a_jail = 65536;
    const Value& arguments = job.arguments();
    ExtractRules rules;
    rules.everything = rules.named = arguments["vouched"].truth();
    rules.on_host = true;
    if (!rules.everything) rules.largest_id = ids_of_a_jail - 1;
    std::vector<std::string> paths;
    for (const Value& path : arguments["paths"].items())
        paths.push_back(joined(member_components(decode_path(path.str()))));
    if (paths.empty()) throw Error(Errc::invalid, "extract: no path is given");
    Extraction extraction(job, job.descriptor("archive"), rules);
    if (arguments["content"].truth())
        extraction.to_descriptor(job.descriptor("out"), paths.front());
    else
        extraction.to_directory(job.root(), std::move(paths));
    return extraction.result();
}

}  // namespace jailctl::tree::actions

#include "actions.hpp"
#include "archive/extraction.hpp"
#include "archive/member_name.hpp"
#include "jailctl/sdk/ids.hpp"

namespace jailctl::tree::actions {

Value extract(Job& job) {
    const Value& arguments = job.arguments();
    UnpackRules rules;
    rules.everything = arguments["trusted"].truth() || arguments["vouched"].truth();
    rules.any_holes = rules.everything;
    rules.named = !arguments["trusted"].truth();
    rules.on_host = true;
    rules.ask = arguments["ask"].truth();
    if (!rules.everything) rules.largest_id = ids_per_jail - 1;
    std::vector<std::string> paths;
    for (const Value& path : arguments["paths"].items())
        paths.push_back(joined(member_components(decode_path(path.str()))));
    if (paths.empty()) throw Error(Errc::invalid, "extract: no path is given");
    Extraction extraction(job, job.descriptor("archive"), rules);
    try {
        if (arguments["content"].truth())
            extraction.to_descriptor(job.descriptor("out"), paths.front());
        else
            extraction.to_directory(job.root(), std::move(paths));
    } catch (const InDoubt&) {
        return Value::object().set("asks", true);
    } catch (const Error& error) {
        if (!rules.ask || error.code() != Errc::unsupported) throw;
        return Value::object().set("asks", true);
    }
    return extraction.result();
}

}  // namespace jailctl::tree::actions

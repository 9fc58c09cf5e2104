#include "idmap.hpp"

#include <fcntl.h>
#include <string>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/ids.hpp"

namespace jailctl::lifecycle {
namespace {

void write_map(int process, const char* file, const std::string& map) {
    const UniqueFd target{::openat(process, file, O_WRONLY | O_CLOEXEC)};
    if (!target || ::write(target.get(), map.data(), map.size()) != static_cast<ssize_t>(map.size()))
        throw_errno(std::string("cannot write the jail's ") + file);
}

}  // namespace

void write_id_maps(int process, std::uint32_t base) {
    if (base == 0) throw Error(Errc::internal, "an id map that contains the host's root was refused");
    const std::string map = "0 " + std::to_string(base) + " " + std::to_string(ids_per_jail) + "\n";
    write_map(process, "uid_map", map);
    write_map(process, "gid_map", map);
}

UniqueFd open_namespace(int process, const char* kind) {
    UniqueFd opened{::openat(process, (std::string("ns/") + kind).c_str(), O_RDONLY | O_CLOEXEC)};
    if (!opened) throw_errno(std::string("cannot open the jail's ") + kind + " namespace");
    return opened;
}

}  // namespace jailctl::lifecycle

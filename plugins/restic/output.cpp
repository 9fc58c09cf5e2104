#include "output.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"

namespace jailctl::restic {

UniqueFd bounded_memory(std::size_t most) {
    constexpr std::size_t page = 4096;  // reached by too much alone
    UniqueFd memory(::memfd_create("restic", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!memory || ::ftruncate(memory.get(), static_cast<off_t>(most + page)) != 0 ||
        ::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_GROW) != 0)
        throw_errno("cannot keep the output of restic");
    return memory;
}

std::string written_to(int memory, std::size_t most) {
    const off_t end = ::lseek(memory, 0, SEEK_CUR);
    if (end < 0 || ::ftruncate(memory, end) != 0 || ::lseek(memory, 0, SEEK_SET) != 0)
        throw_errno("cannot read what restic said");
    return read_all(memory, most, "what restic said");
}

}  // namespace jailctl::restic

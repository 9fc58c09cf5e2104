#include "elf.hpp"

#include <cstring>
#include <elf.h>
#include <link.h>  // ElfW: the structures of this machine's word size

namespace jailctl::create {

namespace {

template <class T>
bool copy_at(std::string_view bytes, std::size_t offset, T& out) noexcept {
    if (offset > bytes.size() || bytes.size() - offset < sizeof out) return false;
    std::memcpy(&out, bytes.data() + offset, sizeof out);
    return true;
}

}  // namespace

std::string_view why_not_static(std::string_view program) noexcept {
    ElfW(Ehdr) header;
    if (!copy_at(program, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) return "is no ELF program";
    const unsigned char native = sizeof(void*) == 8 ? ELFCLASS64 : ELFCLASS32;
    if (header.e_ident[EI_CLASS] != native) return "is for another machine";
    if (header.e_type != ET_EXEC && header.e_type != ET_DYN) return "is no program";
    for (unsigned i = 0; i < header.e_phnum; ++i) {
        ElfW(Phdr) segment;
        if (!copy_at(program, header.e_phoff + std::size_t{i} * header.e_phentsize, segment)) return "is cut short";
        if (segment.p_type == PT_INTERP) return "needs a dynamic loader";
    }
    return {};
}

}  // namespace jailctl::create

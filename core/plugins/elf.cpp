#include "plugins/elf.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <cstdint>
#include <cstring>
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "jailctl/sdk/error.hpp"

/// The linker puts this at our own ELF header: what a plugin must look like to fit into this process.
extern "C" const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

namespace jailctl::core {
namespace {

using Header = ElfW(Ehdr);
using Segment = ElfW(Phdr);
using Dynamic = ElfW(Dyn);

/// The file by ranges, each checked against its size.
class Image {
public:
    explicit Image(int fd) : fd_(fd) {
        struct stat status {};
        if (::fstat(fd, &status) != 0) throw_errno("cannot look at the file");
        size_ = static_cast<std::uint64_t>(status.st_size);
        if (size_ == 0) throw Error(Errc::invalid, "the file is empty");
    }
    [[nodiscard]] bool holds(std::uint64_t offset, std::uint64_t length) const {
        return offset <= size_ && length <= size_ - offset;
    }
    template <class T>
    [[nodiscard]] std::vector<T> read(std::uint64_t offset, std::size_t count) const {
        if (count > (1U << 20U) || !holds(offset, count * sizeof(T))) throw truncated();
        std::vector<T> items(count);
        const auto want = static_cast<ssize_t>(count * sizeof(T));
        if (::pread(fd_, items.data(), count * sizeof(T), static_cast<off_t>(offset)) != want)
            throw_errno("cannot read the file");
        return items;
    }
    [[nodiscard]] static Error truncated() {
        return Error(Errc::invalid, "the file is damaged: it ends too early").with_hint("install it again");
    }

private:
    int fd_;
    std::uint64_t size_ = 0;
};

Header read_header(const Image& image) {
    if (!image.holds(0, EI_NIDENT)) throw Error(Errc::invalid, "not an ELF shared object");
    const auto ident = image.read<unsigned char>(0, EI_NIDENT);
    if (std::memcmp(ident.data(), ELFMAG, SELFMAG) != 0) throw Error(Errc::invalid, "not an ELF shared object");
    const auto& own = __ehdr_start.e_ident;
    if (ident[EI_CLASS] != own[EI_CLASS])
        throw Error(Errc::unsupported, std::string("built for ") + (ident[EI_CLASS] == ELFCLASS64 ? "64" : "32") +
                                           " bits, jailctl for " + (own[EI_CLASS] == ELFCLASS64 ? "64" : "32"));
    if (ident[EI_DATA] != own[EI_DATA]) throw Error(Errc::unsupported, "built for another byte order");
    if (!image.holds(0, sizeof(Header))) throw Image::truncated();
    return image.read<Header>(0, 1).front();
}

/// Where the bytes of a virtual address stand in the file.
std::uint64_t file_offset(const std::vector<Segment>& segments, std::uint64_t address) {
    for (const auto& segment : segments)
        if (segment.p_type == PT_LOAD && address >= segment.p_vaddr && address - segment.p_vaddr < segment.p_filesz)
            return segment.p_offset + (address - segment.p_vaddr);
    throw Error(Errc::invalid, "the file is damaged: its dynamic section points outside of it");
}

bool is_sanitizer_runtime(std::string_view library) {
    static constexpr std::array<std::string_view, 6> runtimes{"libasan.",  "libtsan.",       "liblsan.",
                                                              "libhwasan.", "libclang_rt.asan", "libclang_rt.tsan"};
    return std::any_of(runtimes.begin(), runtimes.end(), [&](auto name) { return library.starts_with(name); });
}

bool host_has(const std::string& library) {
    void* handle = ::dlopen(library.c_str(), RTLD_LAZY | RTLD_NOLOAD);
    if (handle != nullptr) ::dlclose(handle);
    return handle != nullptr;
}

/// Of a table of names, which holds those of thousands of symbols as well, only what is asked for is read.
/// @param size  what of the table is left
std::string name_at(const Image& image, std::uint64_t offset, std::uint64_t size) {
    constexpr std::uint64_t longest = PATH_MAX;  // what has no name of its own is needed by its path
    const auto name = image.read<char>(offset, std::min(size, longest));
    const auto end = std::find(name.begin(), name.end(), '\0');
    if (end == name.end()) throw Image::truncated();
    return {name.begin(), end};
}

void check_dynamic(const Image& image, const std::vector<Segment>& segments, const Segment& where) {
    const auto entries = image.read<Dynamic>(where.p_offset, where.p_filesz / sizeof(Dynamic));
    std::uint64_t names_at = 0, names_size = 0;
    std::vector<std::uint64_t> needed;
    for (const auto& entry : entries) {
        if (entry.d_tag == DT_NULL) break;
        if (entry.d_tag == DT_STRTAB) names_at = entry.d_un.d_ptr;
        if (entry.d_tag == DT_STRSZ) names_size = entry.d_un.d_val;
        if (entry.d_tag == DT_NEEDED) needed.push_back(entry.d_un.d_val);
        if (entry.d_tag == DT_RPATH || entry.d_tag == DT_RUNPATH)
            throw Error(Errc::unsupported, "it carries a library search path of its own (RPATH or RUNPATH)")
                .with_hint("build it with jailctl_add_plugin");
    }
    if (needed.empty()) return;
    const std::uint64_t names = file_offset(segments, names_at);
    if (!image.holds(names, names_size)) throw Image::truncated();
    for (const auto at : needed) {
        if (at >= names_size) throw Image::truncated();
        const std::string library = name_at(image, names + at, names_size - at);
        if (is_sanitizer_runtime(library) && !host_has(library))
            throw Error(Errc::unsupported, "built with a sanitizer (it needs " + library + "), jailctl is not")
                .with_hint("build it without -fsanitize");
    }
}

}  // namespace

void require_loadable_elf(int fd) {
    const Image image(fd);
    const Header header = read_header(image);
    if (header.e_machine != __ehdr_start.e_machine)
        throw Error(Errc::unsupported, "built for another machine (ELF machine " + std::to_string(header.e_machine) +
                                           ", jailctl is for " + std::to_string(__ehdr_start.e_machine) + ")");
    if (header.e_type != ET_DYN) throw Error(Errc::invalid, "an ELF file, but not a shared object");
    if (header.e_phentsize != sizeof(Segment)) throw Error(Errc::invalid, "the file is damaged: odd program headers");
    const auto segments = image.read<Segment>(header.e_phoff, header.e_phnum);
    // The section table stands last: a file cut in its debug information would load, but it is not what was installed.
    if (!image.holds(header.e_shoff, std::uint64_t{header.e_shnum} * header.e_shentsize)) throw Image::truncated();
    const Segment* dynamic = nullptr;
    bool loadable = false;
    for (const auto& segment : segments) {
        if (segment.p_type != PT_LOAD && segment.p_type != PT_DYNAMIC) continue;
        if (!image.holds(segment.p_offset, segment.p_filesz)) throw Image::truncated();
        loadable = loadable || segment.p_type == PT_LOAD;
        if (segment.p_type == PT_DYNAMIC) dynamic = &segment;
    }
    if (!loadable || dynamic == nullptr) throw Error(Errc::invalid, "an ELF file without anything to load");
    check_dynamic(image, segments, *dynamic);
}

}  // namespace jailctl::core

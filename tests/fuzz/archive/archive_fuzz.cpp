#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

#include "archive/extractor.hpp"

/// libFuzzer target of the archive reader: container, compression, tar, names, ids, ACLs, end marker, as `check` reads
/// them. Whatever the bytes are: no crash, no sanitizer report, no exception but Error, and the same answer twice. The
/// first byte chooses whether the rest is the file itself or tar blocks whose check sums are made right first: a fuzzer
/// does not find check sums.
namespace {

using namespace jailctl;
using namespace jailctl::tree;

std::string with_right_sums(std::string bytes) {
    for (std::size_t at = 0; at + 512 <= bytes.size(); at += 512) {
        if (bytes.compare(at + 257, 5, "ustar") != 0) continue;
        bytes.replace(at + 148, 8, "        ");
        unsigned sum = 0;
        for (std::size_t i = 0; i < 512; ++i) sum += static_cast<unsigned char>(bytes[at + i]);
        char text[16];
        std::snprintf(text, sizeof text, "%06o", sum);
        bytes.replace(at + 148, 7, std::string(text, 7));
    }
    return bytes;
}

std::string answer(int file) {
    static const int sink = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    Channel channel(sink);
    Job job(Request{}, UniqueFd(), channel);
    ExtractRules rules;
    rules.max_bytes = 1 << 24;
    rules.max_entries = 1000;
    try {
        Extractor extractor(job, rules, nullptr);
        extractor.run(file);
        return to_json(extractor.result());
    } catch (const Error& error) {
        return error.what();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    if ((data[0] & 1) != 0) bytes = with_right_sums(std::move(bytes));
    const UniqueFd file{::memfd_create("archive", MFD_CLOEXEC)};
    if (::write(file.get(), bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size())) std::abort();
    if (answer(file.get()) != answer(file.get())) std::abort();
    return 0;
}

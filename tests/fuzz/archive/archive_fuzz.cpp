#include "../support/fuzz.hpp"

#include <fcntl.h>

#include "archive/unpacker.hpp"

/// libFuzzer target of the archive reader: container, compression, tar, names, ids, ACLs, end marker, as `check` reads
/// them. Whatever the bytes are: no crash, no sanitizer report, no exception but Error, and the same answer twice. The
/// first byte chooses whether the rest is the file itself or tar blocks whose check sums are made right first: a fuzzer
/// does not find check sums.
namespace {

using namespace jailctl;
using namespace jailctl::tree;

std::string answer(int file) {
    static const int sink = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    Channel channel(sink);
    Job job(Request{}, UniqueFd(), channel);
    UnpackRules rules;
    rules.max_bytes = 1 << 24;
    rules.max_entries = 1000;
    try {
        Unpacker unpacker(job, rules, nullptr);
        unpacker.run(file);
        return to_json(unpacker.result());
    } catch (const Error& error) {
        return error.what();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    if ((data[0] & 1) != 0) bytes = fuzz::with_right_sums(std::move(bytes));
    const UniqueFd file = fuzz::file_of(bytes);
    fuzz::require(answer(file.get()) == answer(file.get()));
    return 0;
}

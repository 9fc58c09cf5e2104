#include "archive/splice_plan.hpp"

#include <sys/stat.h>

#include "archive/aside.hpp"
#include "archive/varint.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/files.hpp"

namespace jailctl::tree {
namespace {

void put_ascending(std::string& out, const std::vector<std::uint64_t>& numbers) {
    put_number(out, numbers.size());
    std::uint64_t before = 0;
    for (const std::uint64_t number : numbers) {
        put_number(out, number - before);
        before = number;
    }
}

std::vector<std::uint64_t> take_ascending(VarintReader& in) {
    const std::uint64_t count = in.number(in.rest().size());
    std::vector<std::uint64_t> numbers;
    numbers.reserve(count);
    for (std::uint64_t before = 0; numbers.size() < count;) numbers.push_back(before += in.number());
    return numbers;
}

}  // namespace

void write_plan(int file, const SplicePlan& plan) {
    std::string out;
    put_number(out, plan.first_end);
    put_number(out, plan.second_end);
    put_ascending(out, plan.cuts);
    put_ascending(out, plan.anchors);
    write_all(file, out, "the plan of the second pass");
}

SplicePlan read_plan(int file) {
    struct stat facts{};
    if (::fstat(file, &facts) != 0) throw_errno("cannot look at the plan of the second pass");
    const std::string bytes = read_exactly(file, 0, static_cast<std::size_t>(facts.st_size));
    VarintReader in(bytes);
    SplicePlan plan;
    plan.first_end = in.number();
    plan.second_end = in.number();
    plan.cuts = take_ascending(in);
    plan.anchors = take_ascending(in);
    if (!in.empty()) throw Error(Errc::damaged, "the plan of the second pass is damaged");
    return plan;
}

}  // namespace jailctl::tree

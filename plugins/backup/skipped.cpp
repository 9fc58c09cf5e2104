#include "skipped.hpp"

#include "jailctl/sdk/text.hpp"

namespace jailctl::backup {
namespace {

constexpr std::size_t most_named = 20;

}  // namespace

void report_skipped(Invocation& invocation, const Value& skipped) {
    const auto& all = skipped.items();
    for (std::size_t i = 0; i < all.size() && i < most_named; ++i)
        invocation.omission(escape_name(all[i]["path"].str()) + ": " + all[i]["why"].str());
    if (all.size() > most_named) invocation.omission("and " + std::to_string(all.size() - most_named) + " more");
}

}  // namespace jailctl::backup

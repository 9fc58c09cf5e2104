#include <algorithm>

#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree.hpp"

namespace jailctl {

namespace {

/// The helper lists the first 1000 and counts all: who was not listed is counted here as well.
std::vector<std::string> sentences_of(const Value& listed, std::string_view why, std::int64_t total, std::size_t most) {
    std::vector<std::string> sentences;
    for (const auto& one : listed.items()) {
        if (sentences.size() == most) break;
        sentences.push_back(escape_name(one["path"].str()) + ": " + one[why].str());
    }
    const auto all = std::max(total, static_cast<std::int64_t>(listed.items().size()));  // who lists all need not count
    const std::int64_t more = all - static_cast<std::int64_t>(sentences.size());
    if (more > 0) sentences.push_back("and " + std::to_string(more) + " more");
    return sentences;
}

}  // namespace

std::vector<std::string> notes_of(const Value& result, std::size_t most) {
    return sentences_of(result["notes"], "what", result["notes_total"].num(), most);
}

std::vector<std::string> skipped_of(const Value& result, std::size_t most) {
    return sentences_of(result["skipped"], "why", result["skipped_total"].num(), most);
}

}  // namespace jailctl

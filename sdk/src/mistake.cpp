#include "jailctl/sdk/mistake.hpp"

namespace jailctl {
namespace {

constexpr const char* mark = "mistake in jails.d";  // the blanks keep it from being a variable's name

}  // namespace

void mark_mistaken(Settings& settings, const Error& mistake) { settings.set(mark, {mistake.what(), {}, true}); }

bool is_mistaken(const Jail& jail) noexcept { return jail.settings[mark].is_set; }

void require_no_mistake(const Jail& jail) {
    if (is_mistaken(jail))
        throw Error(Errc::config, jail.settings[mark].text).with_hint("'jailctl config check' tells what to write");
}

}  // namespace jailctl

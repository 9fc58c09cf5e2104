#include "jailctl/sdk/mistake.hpp"

namespace jailctl {
namespace {

constexpr const char* mark = "mistake in jails.d";  // the blanks keep it from being a variable's name

}  // namespace

void mark_mistaken(Settings& settings, const Error& mistake) { settings.set(mark, {mistake.what(), {}, true}); }

void require_no_mistake(const Jail& jail) {
    const SettingValue& mistake = jail.settings[mark];
    if (mistake.is_set) throw Error(Errc::config, mistake.text).with_hint("'jailctl config check' tells what to write");
}

}  // namespace jailctl

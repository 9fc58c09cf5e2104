#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/jail.hpp"

namespace jailctl {

std::string Origin::text() const {
    if (line == 0) return file.empty() ? "default" : file;
    return file + ":" + std::to_string(line);
}

const SettingValue& Settings::operator[](std::string_view name) const noexcept {
    static const SettingValue unset;
    const auto found = all().find(name);
    return found != all().end() ? found->second : unset;
}

const Settings::Values& Settings::all() const noexcept {
    static const Values empty;
    return values_ ? *values_ : empty;
}

void Settings::set(std::string name, SettingValue value) {
    if (!values_ || values_.use_count() > 1) values_ = std::make_shared<Values>(all());
    values_->insert_or_assign(std::move(name), std::move(value));
}

void require_no_mistake(const Jail& jail) {
    if (jail.mistake) throw Error(*jail.mistake);
}

const Jail* Configuration::find(const JailName& name) const noexcept {
    for (const auto& jail : jails) {
        if (jail.name == name) return &jail;
    }
    return nullptr;
}

std::filesystem::path Configuration::path(std::string_view variable) const { return settings[variable].text; }

std::filesystem::path Configuration::settings_file(const JailName& jail) const {
    return settings_directory(file) / settings_name(jail);
}

std::filesystem::path settings_directory(const std::filesystem::path& jails_conf) {
    return jails_conf.parent_path() / "jails.d";
}

std::string settings_name(const JailName& jail) { return jail.text() + std::string(settings_suffix); }

}  // namespace jailctl

#include <utility>

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
    for (const Values* values : {static_cast<const Values*>(own_.get()), shared_.get()}) {
        if (values == nullptr) continue;
        if (const auto found = values->find(name); found != values->end()) return found->second;
    }
    return unset;
}

Settings::Values Settings::all() const {
    Values values = own_ ? *own_ : Values{};
    if (shared_) values.insert(shared_->begin(), shared_->end());
    return values;
}

void Settings::set(std::string name, SettingValue value) {
    if (own_ && own_.use_count() > 1) {
        // The first copy that is changed leaves all there is to the others; what changed after that is little.
        if (!shared_) shared_ = std::exchange(own_, nullptr);
        else own_ = std::make_shared<Values>(*own_);
    }
    if (!own_) own_ = std::make_shared<Values>();
    own_->insert_or_assign(std::move(name), std::move(value));
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

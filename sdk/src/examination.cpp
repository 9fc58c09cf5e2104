#include "jailctl/sdk/examination.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl {

void Diagnosis::add(Finding finding) { findings_.push_back(std::move(finding)); }

void Diagnosis::check(std::string_view what, const std::function<void()>& look) {
    try {
        look();
    } catch (const Error& error) {
        if (error.code() == Errc::interrupted) throw;
        add({"not-examined", error.jail(), "cannot examine " + std::string(what) + ": " + error.what(), error.hint()});
    }
}

}  // namespace jailctl

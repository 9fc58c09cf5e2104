#include "run/invocation.hpp"

namespace jailctl::core {

void HostInvocation::omission(const std::string& sentence) {
    ledger_->omissions.push_back(sentence);
    console_.left_out(sentence);
}

void HostInvocation::write_to(Ledger& ledger) noexcept {
    ledger_ = &ledger;
    console_.write_to(ledger);
}

void HostInvocation::report_hook(const Error& error) {
    console_.error(error);
    host_.log.error(error.what());
}

}  // namespace jailctl::core

#include "rules.hpp"

#include <dlfcn.h>
#include <nftables/libnftables.h>

#include <memory>
#include <mutex>

#include "jailctl/sdk/error.hpp"

namespace jailctl::lifecycle {

namespace {

constexpr auto library_name = "libnftables.so.1";

/// The five functions of libnftables(3) in use. The library stays open until the process ends.
struct Nftables {
    decltype(&::nft_ctx_new) make = nullptr;
    decltype(&::nft_ctx_free) free = nullptr;
    decltype(&::nft_ctx_buffer_error) keep_errors = nullptr;
    decltype(&::nft_ctx_get_error_buffer) errors = nullptr;
    decltype(&::nft_run_cmd_from_buffer) run = nullptr;

    Nftables() {
        void* library = ::dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
        if (library == nullptr) return;
        find(library, "nft_ctx_new", make);
        find(library, "nft_ctx_free", free);
        find(library, "nft_ctx_buffer_error", keep_errors);
        find(library, "nft_ctx_get_error_buffer", errors);
        find(library, "nft_run_cmd_from_buffer", run);
    }
    [[nodiscard]] bool complete() const { return make && free && keep_errors && errors && run; }

private:
    template <class Function>
    static void find(void* library, const char* name, Function& function) {
        function = reinterpret_cast<Function>(::dlsym(library, name));
    }
};

const Nftables& nftables() {
    static const Nftables found;
    if (found.complete()) return found;
    throw Error(Errc::unsupported, std::string("the rules of a jail's network need ") + library_name +
                                       ", which this host does not have")
        .with_hint("install the package libnftables1 (it comes with nftables), or set NETWORK=none");
}

/// "internal:0:0-0: Error: Could not process rule: Operation not supported\n..." without the place and the excerpt.
std::string cause_in(const char* errors) {
    std::string text = errors == nullptr ? "" : errors;
    if (const auto at = text.find("Error: "); at != std::string::npos) text.erase(0, at + 7);
    text.erase(std::min(text.find('\n'), text.size()));
    return text.empty() ? "libnftables gives no reason" : text;
}

}  // namespace

void require_rules() { (void)nftables(); }

void run_rules(const std::string& script, const std::string& what) {
    static std::mutex one_at_a_time;  // libnftables keeps state of its parser outside its context
    const std::lock_guard lock(one_at_a_time);
    const auto& library = nftables();
    const std::unique_ptr<nft_ctx, void (*)(nft_ctx*)> context(library.make(NFT_CTX_DEFAULT), library.free);
    if (!context) throw Error(Errc::io, "cannot " + what + ": no memory or no netfilter socket");
    (void)library.keep_errors(context.get());
    if (library.run(context.get(), script.c_str()) == 0) return;
    throw Error(Errc::io, "cannot " + what + ": " + cause_in(library.errors(context.get())))
        .with_hint("routed and bridged jails need a kernel with nf_tables (families netdev and inet)");
}

}  // namespace jailctl::lifecycle

#pragma once

#include <type_traits>
#include <utility>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/events.hpp"

namespace jailctl {

/// Does `work`, a change to `jail`, between its before- and after-event: Before can veto it, its leases last until the
/// end, After gets the failure or null. With --dry-run no event is fired: a veto of a hook is not to be had without
/// running the hook.
/// @param id  of the running jail, 0 if it is down; read again for After, so that `work` may change it
/// @return what `work` returns
template <class Before, class After, class Work>
decltype(auto) with_events(Invocation& in, const Jail& jail, const int& id, Work&& work) {
    if (in.options().dry_run) return std::forward<Work>(work)();
    const Leases before = in.hooks().fire(Before{{in, jail, id}});
    const auto tell = [&](const Error* failure) {
        const Leases after = in.hooks().fire(After{{{in, jail, id}, failure}});
    };
    const auto do_it = [&]() -> decltype(auto) {
        try {
            return std::forward<Work>(work)();
        } catch (const Error& error) {
            tell(&error);
            throw;
        }
    };
    // Success is told outside the try: an Error of its hooks is no failure of the work.
    if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
        do_it();
        tell(nullptr);
    } else {
        auto result = do_it();
        tell(nullptr);
        return result;
    }
}

}  // namespace jailctl

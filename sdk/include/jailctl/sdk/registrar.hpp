#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "jailctl/sdk/command.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/export.hpp"
#include "jailctl/sdk/hooks.hpp"
#include "jailctl/sdk/inspection.hpp"
#include "jailctl/sdk/service.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl {

/// Where a variable may be written.
enum class Scope { host, jail };  ///< host: jails.conf only; jail: jails.conf (for all) and jails.d/<jail>.conf

/// A configuration variable a plugin acts on.
struct Variable {
    std::string name;
    std::string help;             ///< one line: meaning, unit, accepted values
    std::string default_text;     ///< effective when nothing is written
    Scope scope = Scope::jail;
    /// Throws Error invalid with what would be accepted; the host adds file, line, column and caret. May be empty.
    std::function<void(const std::string& value)> check;
    /// For `config check` alone, which may look at what a value names, and at what stands beside it: inspection.hpp.
    /// The host adds file, line, column and caret.
    std::function<void(Inspection& inspection)> inspect{};
    /// Asked of each jail while nobody has set the variable. Throws Error config if the jail cannot do without.
    std::function<void(const Jail& jail)> require{};
};

/// Undoes (or, after a commit, finishes) one kind of step from its recorded arguments. Must be repeatable: what is gone
/// already is success. Runs with signals shielded.
using Undoer = std::function<void(Invocation&, const Jail&, const Value& arguments)>;

class JAILCTL_SDK_EXPORT UndoDirectory {
public:
    virtual ~UndoDirectory();
    /// Null if no loaded plugin knows the kind.
    [[nodiscard]] virtual const Undoer* find(std::string_view kind) const = 0;
};

/// What a plugin gets in attach(): the desk where it registers. Legal only during attach; registering touches no jail,
/// file or network. The same name registered by two plugins is left out of both, and the error names both, unless
/// PLUGIN_PREFER decides.
class JAILCTL_SDK_EXPORT Registrar {
public:
    virtual ~Registrar();
    /// A command of `jailctl`, and its aliases. @throws Error internal: a malformed name, neither or both of run and
    /// run_jail, run_jail without targets, an option that is a global one
    virtual void add(Command command) = 0;
    /// A variable that jails.conf may set and the plugin reads. @throws Error internal: a malformed name
    virtual void declare(Variable variable) = 0;
    /// What carries out the undo data of `kind`, in this command and, from the journal, in one that finds it after a
    /// crash. @throws Error internal: an empty kind or body
    virtual void undoer(std::string kind, Undoer undoer) = 0;

    /// Subscribes to an event. The handler returns void or a Lease.
    template <class Event, class Handler>
    void on(Handler handler) {
        subscribe(Event::event, [handler = std::move(handler)](const void* event) -> Lease {
            if constexpr (std::is_void_v<std::invoke_result_t<const Handler&, const Event&>>) {
                handler(*static_cast<const Event*>(event));
                return Lease{};
            } else {
                return handler(*static_cast<const Event*>(event));
            }
        });
    }
    /// Offers `service` under a provider name ("linux", "archive", ...). The host owns it until exit; it is destroyed
    /// before the plugin that made it.
    template <class S>
    void provide(std::string provider, std::unique_ptr<S> service) {
        add_service(S::id, std::move(provider), std::unique_ptr<Service>(std::move(service)));
    }

protected:
    virtual void subscribe(std::string_view event_id, ErasedHandler handler) = 0;
    virtual void add_service(std::string_view id, std::string provider, std::unique_ptr<Service> service) = 0;
};

}  // namespace jailctl

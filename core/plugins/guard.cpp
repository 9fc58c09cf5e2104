#include "plugins/guard.hpp"

#include <new>

namespace jailctl::core {

void rethrow_as_error(std::string_view plugin) {
    const std::string name = plugin.empty() ? "jailctl" : "plugin '" + std::string(plugin) + "'";
    try {
        throw;
    } catch (const Error& error) {
        throw Error(error);
    } catch (const std::bad_alloc&) {
        throw Error(Errc::failed, name + ": out of memory");
    } catch (const std::exception& error) {
        throw Error(Errc::internal, name + " failed: " + error.what())
            .with_hint("this is a defect: report it to its author");
    } catch (...) {
        throw Error(Errc::internal, name + " failed with something that is no exception class")
            .with_hint("this is a defect: report it to its author");
    }
}

}  // namespace jailctl::core

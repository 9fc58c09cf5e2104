#pragma once

#include "plugins/registrations.hpp"

namespace jailctl::core {

/// The Registrar one plugin sees in attach(): notes what it registers and refuses what cannot work.
class Desk final : public Registrar {
public:
    explicit Desk(Registrations& registrations) : registrations_(registrations) {}
    /// @throws Error internal: neither or both of run and run_jail, a malformed name, an option that is a global one
    void add(Command command) override;
    void declare(Variable variable) override;
    void undoer(std::string kind, Undoer undoer) override;

protected:
    void subscribe(std::string_view event_id, ErasedHandler handler) override;
    void add_service(std::string_view id, std::string provider, std::unique_ptr<Service> service) override;

private:
    Registrations& registrations_;
};

}  // namespace jailctl::core

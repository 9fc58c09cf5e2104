#include "staging.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/extract_staging.hpp"
#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::lifecycle {

Staging::Staging(int beside) : beside_(beside) {
    for (unsigned count = 0; !outer_; ++count) {
        name_ = std::string(extract_staging_prefix) + std::to_string(::getpid()) + "-" + std::to_string(count);
        if (::mkdirat(beside_, name_.c_str(), 0700) != 0) {
            if (errno == EEXIST) continue;
            throw_errno("cannot make a directory to copy into");
        }
        UniqueFd made{::openat(beside_, name_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
        // Somebody who clears up may have taken it before it was locked. Where there are no locks nobody does.
        if (!made || (::flock(made.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)) continue;
        struct stat facts {};
        if (::fstat(made.get(), &facts) == 0 && facts.st_nlink > 0) outer_ = std::move(made);
    }
}

Staging::~Staging() {
    ::unlinkat(outer_.get(), extract_staging_content, 0);
    if (::unlinkat(beside_, name_.c_str(), AT_REMOVEDIR) == 0) return;
    outer_.reset();  // and with it the lock
    const Interrupt::Shield shield;
    try {
        clear_extract_staging(beside_);
    } catch (const Error&) {
        // An error is under way already and says why; the next copy clears it.
    }
}

void Staging::publish(const std::string& name) {
    if (::renameat(outer_.get(), extract_staging_content, beside_, name.c_str()) != 0)
        throw_errno("cannot give " + escape_name(name) + " its name");
}

void clear_staging(int directory, const std::string& shown) {
    try {
        for (const auto& name : list_directory(directory, shown))
            if (name.starts_with(extract_staging_prefix)) return clear_extract_staging(directory);
    } catch (const Error& error) {
        if (error.code() == Errc::interrupted) throw;  // else the next copy clears it
    }
}

}  // namespace jailctl::lifecycle

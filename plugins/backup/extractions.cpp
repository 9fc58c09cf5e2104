#include "extractions.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <exception>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/extract_staging.hpp"
#include "jailctl/sdk/process.hpp"
#include "jailctl/sdk/state.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::backup {
namespace fs = std::filesystem;
namespace {

constexpr const char* folder = "extractions";
constexpr int newest_format = 1;

std::string own_name() {
    return std::to_string(::getpid()) + "-" + std::to_string(process_start_time(::getpid()).value_or(0));
}

/// @param name  of a note: pid and start time
bool is_alive(const std::string& name) {
    pid_t pid = 0;
    const char* const end = name.data() + name.size();
    const auto [rest, failed] = std::from_chars(name.data(), end, pid);
    return failed == std::errc() && process_start_time(pid).value_or(0) != 0 &&
           std::string(rest, end) == "-" + std::to_string(*process_start_time(pid));
}

bool holds_staging(const fs::path& directory) {
    std::error_code unreadable;
    for (const auto& entry : fs::directory_iterator(directory, unreadable))
        if (entry.path().filename().string().starts_with(extract_staging_prefix)) return true;
    return false;
}

/// Of processes that are gone, and their directories.
std::vector<std::pair<std::string, fs::path>> old_notes(const Configuration& configuration) {
    const StateDirectory state = StateDirectory::lasting(configuration);
    std::vector<std::pair<std::string, fs::path>> found;
    for (const auto& name : state.list(folder)) {
        if (is_alive(name)) continue;
        const auto note = state.read(folder, name);
        if (note) found.emplace_back(name, (*note)["directory"].str());
    }
    return found;
}

void clear(const fs::path& directory) {
    const UniqueFd opened(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!opened && errno != ENOENT && errno != ENOTDIR)
        throw_errno("cannot open the directory " + escape_name(directory.string()));
    if (opened && holds_staging(directory)) clear_extract_staging(opened.get());
}

}  // namespace

ExtractionNote::ExtractionNote(const Configuration& configuration, const fs::path& directory)
    : configuration_(configuration) {
    try {
        clear_extractions(configuration);
    } catch (const Error& error) {
        if (error.code() == Errc::interrupted) throw;  // else it stays for doctor
    }
    try {
        const std::string name = own_name();
        StateDirectory::lasting(configuration)
            .write(folder, name, Value::object().set("format", newest_format).set("directory", directory.string()));
        name_ = name;
    } catch (const Error& error) {
        if (error.code() == Errc::interrupted) throw;
    }
}

ExtractionNote::~ExtractionNote() {
    try {
        if (!name_.empty()) StateDirectory::lasting(configuration_).remove(folder, name_);
    } catch (const Error&) {
        // The next extraction removes it.
    }
}

std::vector<fs::path> abandoned_extractions(const Configuration& configuration) {
    std::vector<fs::path> found;
    for (const auto& [name, directory] : old_notes(configuration))
        if (holds_staging(directory) && std::find(found.begin(), found.end(), directory) == found.end())
            found.push_back(directory);
    return found;
}

void clear_extractions(const Configuration& configuration) {
    std::exception_ptr failure;
    for (const auto& [name, directory] : old_notes(configuration)) {
        try {
            clear(directory);
            StateDirectory::lasting(configuration).remove(folder, name);
        } catch (const Error&) {
            failure = std::current_exception();  // the others are cleared all the same
        }
    }
    if (failure) std::rethrow_exception(failure);
}

}  // namespace jailctl::backup

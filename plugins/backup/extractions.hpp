#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "jailctl/sdk/host.hpp"

/// Where something is being extracted to, noted below STATE_DIR: what a killed extraction leaves stands in a directory
/// that nobody else would look into.
namespace jailctl::backup {

/// Says so as long as it lives. Where STATE_DIR cannot be written to, the extraction matters more.
class ExtractionNote {
public:
    ExtractionNote(const Configuration& configuration, const std::filesystem::path& directory);
    ~ExtractionNote();
    ExtractionNote(const ExtractionNote&) = delete;
    ExtractionNote& operator=(const ExtractionNote&) = delete;

private:
    const Configuration& configuration_;
    std::string name_;
};

/// Directories that hold something of an extraction whose process is gone.
[[nodiscard]] std::vector<std::filesystem::path> abandoned_extractions(const Configuration& configuration);
/// Removes it there, and the notes of processes that are gone. @throws Error io
void clear_extractions(const Configuration& configuration);

}  // namespace jailctl::backup

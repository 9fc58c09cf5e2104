#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace jailctl::test {

/// expected.txt: what a process in a jail gets for each thing it tries. A row is a name, the result under
/// CAPABILITIES=default and under =system ("a|b": either, "absent": this kernel may lack it), and a reason behind '#'.
class Table {
public:
    struct Row {
        std::string standard, system;
    };
    explicit Table(const std::filesystem::path& file);
    /// What is not as the table says, one line each: unexpected results, rows without one, results without a row.
    [[nodiscard]] std::vector<std::string> differences(const std::string& results, bool system) const;

private:
    std::map<std::string, Row> rows_;
};

}  // namespace jailctl::test

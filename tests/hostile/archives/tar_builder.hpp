#pragma once

#include <string>
#include <utility>
#include <vector>

namespace jailctl::test {

/// One header block with a right check sum unless it is spoiled afterwards. Defaults make an empty regular file.
struct TarMember {
    std::string name;
    char type = '0';
    std::string content{};
    std::string link{};
    std::string mode = "0000644", uid = "0000000", gid = "0000000", size{}, major = "0000000", minor = "0000000";
    std::vector<std::pair<std::string, std::string>> pax{};  ///< records of an extended header before it
};

/// Writes tar archives byte by byte, wrong ones above all.
class TarBuilder {
public:
    TarBuilder& add(const TarMember& member);
    TarBuilder& raw(const std::string& bytes);
    /// The archive with the two zero blocks that end it.
    [[nodiscard]] std::string finish() const;
    [[nodiscard]] std::string unfinished() const { return bytes_; }
    [[nodiscard]] static std::string header(const TarMember& member);
    /// A header block with its check sum made right.
    [[nodiscard]] static std::string summed(std::string block);
    [[nodiscard]] static std::string padded(const std::string& bytes);
    /// "LENGTH key=value\n"
    [[nodiscard]] static std::string pax_record(const std::string& key, const std::string& value);

private:
    std::string bytes_;
};

}  // namespace jailctl::test

#include "tar_builder.hpp"

#include <cstdio>

namespace jailctl::test {

std::string TarBuilder::padded(const std::string& bytes) {
    std::string out = bytes;
    out.resize((out.size() + 511) / 512 * 512, '\0');
    return out;
}

std::string TarBuilder::pax_record(const std::string& key, const std::string& value) {
    const std::string body = " " + key + "=" + value + "\n";
    std::size_t size = body.size();
    while (std::to_string(size).size() + body.size() != size) ++size;
    return std::to_string(size) + body;
}

std::string TarBuilder::header(const TarMember& member) {
    std::string block(512, '\0');
    const auto put = [&](std::size_t at, const std::string& text) { block.replace(at, text.size(), text); };
    char size[16];
    std::snprintf(size, sizeof size, "%011zo", member.content.size());
    put(0, member.name.substr(0, 100));
    put(100, member.mode);
    put(108, member.uid);
    put(116, member.gid);
    put(124, member.size.empty() ? size : member.size);
    put(136, "00000000000");
    block[156] = member.type;
    put(157, member.link.substr(0, 100));
    put(257, "ustar");
    put(263, "00");
    put(329, member.major);
    put(337, member.minor);
    return summed(std::move(block));
}

std::string TarBuilder::summed(std::string block) {
    block.replace(148, 8, 8, ' ');
    unsigned sum = 0;
    for (const char c : block) sum += static_cast<unsigned char>(c);
    char checksum[16];
    std::snprintf(checksum, sizeof checksum, "%06o", sum);
    return block.replace(148, 7, std::string(checksum, 7));
}

TarBuilder& TarBuilder::add(const TarMember& member) {
    if (!member.pax.empty()) {
        std::string records;
        for (const auto& [key, value] : member.pax) records += pax_record(key, value);
        add({.name = "PaxHeader", .type = 'x', .content = records});
    }
    bytes_ += header(member) + padded(member.content);
    return *this;
}

TarBuilder& TarBuilder::raw(const std::string& bytes) {
    bytes_ += bytes;
    return *this;
}

std::string TarBuilder::finish() const { return bytes_ + std::string(1024, '\0'); }

}  // namespace jailctl::test

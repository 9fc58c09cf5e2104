#include "actions.hpp"
#include "archive/packer.hpp"

namespace jailctl::tree::actions {
namespace {

Format format_of(const Value& arguments) {
    const std::string name = arguments["format"].str("tar.gz");
    if (name == "tar") return Format::tar;
    if (name == "tar.gz") return Format::tar_gz;
    if (name == "tar.zst") return Format::tar_zst;
    throw Error(Errc::invalid, "'" + name + "' is no format of an archive").with_hint("tar.gz, tar.zst and tar are");
}

Level level_of(const Value& arguments) {
    const std::string name = arguments["level"].str("default");
    if (name == "default") return Level::normal;
    if (name == "fast") return Level::fast;
    if (name == "best") return Level::best;
    throw Error(Errc::invalid, "'" + name + "' is no level of compression").with_hint("fast, default and best are");
}

Excludes excludes_of(const Value& arguments) {
    std::vector<std::string> patterns;
    for (const Value& pattern : arguments["excludes"].items()) patterns.push_back(decode_path(pattern.str()));
    return Excludes(std::move(patterns));
}

Value summary(const Packer::Counts& counts) {
    return Value::object()
        .set("entries", counts.entries)
        .set("files", counts.files)
        .set("bytes", counts.bytes)
        .set("sockets", counts.sockets)
        .set("changed", counts.changed)
        .set("unreadable", counts.unreadable)
        .set("unrestorable", counts.unrestorable);
}

}  // namespace

Value pack(Job& job) {
    const Format format = format_of(job.arguments());
    Output output(job.descriptor("out"));
    const auto encoder = make_encoder(format, output, level_of(job.arguments()));
    TarWriter tar(*encoder);
    IndexWriter index(*encoder, format);
    Packer packer(job, tar, index, excludes_of(job.arguments()));
    walk(job.root(), packer);
    tar.finish();
    index.close();
    encoder->finish();
    Value indexed = index.finish(output);
    Value marker = Value::object()
                       .set("format", 2)
                       .set("jailctl", JAILCTL_VERSION)
                       .set("description", job.arguments()["description"]);
    Value result = summary(packer.counts());
    for (const auto& [name, value] : result.members()) marker.set(name, value);
    marker.set("tar", Value::object().set("bytes", tar.bytes()).set("crc32", tar.crc32()));
    marker.set("stream", Value::object().set("bytes", output.size()).set("sha256", output.hash().copy().finish()));
    marker.set("index", std::move(indexed));
    output.write(encode_marker(to_json(marker), output.size(), format));
    return result.set("size", output.size()).set("sha256", output.hash().finish());
}

}  // namespace jailctl::tree::actions

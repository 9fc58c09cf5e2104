#include "archive/archive_writer.hpp"

#include "protocol.hpp"

namespace jailctl::tree {

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

ArchiveWriter::ArchiveWriter(int out, Format format, Level level, bool read_back)
    : format_(format), output_(out), encoder_(make_encoder(format, output_, level)), tar_(*encoder_),
      index_(*encoder_, format) {
    if (read_back) output_.prove();
}

Value ArchiveWriter::finish(const Value& description, Value counts) {
    tar_.finish();
    index_.close();
    encoder_->finish();
    Value indexed = index_.finish(output_);
    Value marker =
        Value::object().set("format", 2).set("jailctl", JAILCTL_VERSION).set("description", description);
    for (const auto& [name, value] : counts.members()) marker.set(name, value);
    marker.set("tar", Value::object().set("bytes", tar_.bytes()).set("crc32", tar_.crc32()));
    marker.set("stream",
               Value::object().set("bytes", output_.size()).set("sha256", output_.hash().copy().finish()));
    marker.set("index", std::move(indexed));
    output_.write(encode_marker(to_json(marker), output_.size(), format_));
    const bool proven = output_.proven();
    return counts.set("size", output_.size()).set("sha256", output_.hash().finish()).set("read_back", proven);
}

}  // namespace jailctl::tree

#include "archive/index_writer.hpp"

#include "archive/packed.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t most_held = std::size_t{32} << 20;
constexpr int index_format = 1;

std::string digest_of(std::string_view bytes) {
    Sha256 hash;
    hash.update(bytes);
    return hash.finish();
}

Value place(std::uint64_t offset, std::uint64_t length, const std::string& sha256) {
    return Value::array().push(offset).push(length).push(sha256);
}

}  // namespace

void IndexWriter::add(const IndexEntry& entry) {
    if (omitted_) return;
    chunk_.add(entry);
    if (chunk_.full()) flush();
}

void IndexWriter::flush() {
    const std::string chunk = chunk_.take();
    const std::string wrapped = wrapped_aside(chunk, format_);
    if (format_ == Format::tar) held_ += wrapped.size();
    omitted_ = held_ > most_held;
    if (omitted_) return;
    encoder_.aside(wrapped);
    written_.push_back({wrapped.size(), digest_of(chunk)});
}

void IndexWriter::close() {
    if (!omitted_ && !chunk_.empty()) flush();
}

Value IndexWriter::finish(Output& output) {
    if (omitted_) return Value::object().set("omitted", "too many entries for a plain tar");
    Value chunks = Value::array();
    for (std::size_t i = 0; i < written_.size(); ++i)
        chunks.push(place(encoder_.asides()[i], written_[i].length, written_[i].sha256));
    return Value::object().set("format", index_format).set("chunks", std::move(chunks)).set("pieces", pieces(output));
}

Value IndexWriter::pieces(Output& output) const {
    if (encoder_.piece_size() == 0) return {};
    std::string table;
    std::uint64_t before = 0;
    for (const std::uint64_t offset : encoder_.pieces()) {
        put_number(table, offset - before);
        before = offset;
    }
    const std::string wrapped = wrapped_aside(table, format_);
    const std::uint64_t at = output.size();
    output.write(wrapped);
    return Value::object()
        .set("size", std::uint64_t{encoder_.piece_size()})
        .set("count", std::uint64_t{encoder_.pieces().size()})
        .set("table", place(at, wrapped.size(), digest_of(table)));
}

}  // namespace jailctl::tree

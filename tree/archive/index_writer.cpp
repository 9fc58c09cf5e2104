#include "archive/index_writer.hpp"

#include "archive/varint.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t most_held = std::size_t{32} << 20;
constexpr int first_format = 1, sparse_format = 2;

Value value_of(const AsidePlace& place) {
    return Value::array().push(place.offset).push(place.length).push(place.sha256);
}

}  // namespace

void IndexWriter::add(const IndexEntry& entry) {
    if (omitted_) return;
    chunk_.add(entry);
    sparse_ = sparse_ || entry.sparse;
    if (chunk_.full()) flush();
}

void IndexWriter::flush() {
    std::string chunk = chunk_.take();
    if (format_ == Format::tar) held_ += chunk.size();
    omitted_ = held_ > most_held;
    if (!omitted_) encoder_.aside(std::move(chunk));
}

void IndexWriter::close() {
    if (!omitted_ && !chunk_.empty()) flush();
}

Value IndexWriter::finish(Output& output) {
    if (omitted_) return Value::object().set("omitted", "too many entries for a plain tar");
    Value chunks = Value::array();
    for (const AsidePlace& place : encoder_.asides()) chunks.push(value_of(place));
    return Value::object()
        .set("format", sparse_ ? sparse_format : first_format)
        .set("chunks", std::move(chunks))
        .set("pieces", pieces(output));
}

Value IndexWriter::pieces(Output& output) const {
    if (encoder_.piece_size() == 0) return {};
    std::string table;
    std::uint64_t before = 0;
    for (const std::uint64_t offset : encoder_.pieces()) {
        put_number(table, offset - before);
        before = offset;
    }
    return Value::object()
        .set("size", std::uint64_t{encoder_.piece_size()})
        .set("count", std::uint64_t{encoder_.pieces().size()})
        .set("table", value_of(put_aside(table, format_, output)));
}

}  // namespace jailctl::tree

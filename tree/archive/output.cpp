#include "archive/output.hpp"

#include "archive/parallel_gzip.hpp"

#include "jailctl/sdk/files.hpp"

namespace jailctl::tree {
namespace {

class Plain final : public Encoder {
public:
    explicit Plain(Output& output) : output_(output) {}
    void write(std::string_view bytes) override {
        pending_ += bytes;
        if (pending_.size() >= batch) flush();
    }
    void finish() override { flush(); }

private:
    static constexpr std::size_t batch = 1 << 18;
    void flush() {
        output_.write(pending_);
        pending_.clear();
    }
    Output& output_;
    std::string pending_;
};

}  // namespace

void Output::write(std::string_view bytes) {
    if (bytes.empty()) return;
    write_all(fd_, bytes, "the archive");
    hash_.update(bytes);
    size_ += bytes.size();
}

std::unique_ptr<Encoder> make_encoder(Format format, Output& output) {
    if (format == Format::tar) return std::make_unique<Plain>(output);
    return std::make_unique<ParallelGzip>(output);
}

}  // namespace jailctl::tree

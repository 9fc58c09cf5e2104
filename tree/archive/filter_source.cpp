#include <archive.h>
#include <archive_entry.h>
#include <exception>

#include "archive/source.hpp"

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

/// xz and bzip2 through libarchive's filters, its "raw" format handing back the plain bytes.
class FilterSource final : public ByteSource {
public:
    explicit FilterSource(ByteSource& from) : from_(from), archive_(archive_read_new(), &archive_read_free) {
        archive* handle = archive_.get();
        archive_entry* entry = nullptr;
        if (handle == nullptr) throw std::bad_alloc();
        if (archive_read_support_filter_xz(handle) != ARCHIVE_OK ||
            archive_read_support_filter_bzip2(handle) != ARCHIVE_OK ||
            archive_read_support_format_raw(handle) != ARCHIVE_OK ||
            archive_read_open(handle, this, nullptr, &FilterSource::on_read, nullptr) != ARCHIVE_OK ||
            archive_read_next_header(handle, &entry) != ARCHIVE_OK)
            fail();
    }

    std::string_view next() override {
        const void* bytes = nullptr;
        std::size_t size = 0;
        la_int64_t offset = 0;
        do {
            const int result = archive_read_data_block(archive_.get(), &bytes, &size, &offset);
            if (result == ARCHIVE_EOF) return end();
            if (result != ARCHIVE_OK) fail();
        } while (size == 0);
        return {static_cast<const char*>(bytes), size};
    }

private:
    /// libarchive leaves what it takes for no further bzip2 stream where it is, without a word.
    std::string_view end() {
        const bool all_used = static_cast<std::uint64_t>(archive_filter_bytes(archive_.get(), -1)) == pulled_;
        if (!all_used || !from_.next().empty())
            throw Error(Errc::damaged, "there is something behind the archive's compressed data");
        return {};
    }
    [[noreturn]] void fail() {
        if (failure_) std::rethrow_exception(failure_);
        const char* reason = archive_error_string(archive_.get());
        throw Error(Errc::damaged, std::string("the archive's compressed data is damaged: ") +
                                       (reason == nullptr ? "no reason given" : reason));
    }
    static la_ssize_t on_read(archive* handle, void* self, const void** bytes) {
        auto& source = *static_cast<FilterSource*>(self);
        try {
            const std::string_view piece = source.from_.next();
            *bytes = piece.data();
            source.pulled_ += piece.size();
            return static_cast<la_ssize_t>(piece.size());
        } catch (...) {
            source.failure_ = std::current_exception();
            archive_set_error(handle, EIO, "the archive cannot be read");
            return -1;
        }
    }

    ByteSource& from_;
    std::uint64_t pulled_ = 0;
    std::exception_ptr failure_;
    std::unique_ptr<archive, int (*)(archive*)> archive_;
};

}  // namespace

std::unique_ptr<ByteSource> make_filter_decoder(ByteSource& file) { return std::make_unique<FilterSource>(file); }

}  // namespace jailctl::tree

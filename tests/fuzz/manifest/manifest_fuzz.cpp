#include "../support/fuzz.hpp"

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include "actions.hpp"
#include "archive/extraction.hpp"
#include "archive/marker.hpp"
#include "attributes.hpp"
#include "clearing.hpp"

/// libFuzzer target of what a backup says about itself. The first byte chooses: members laid over the end marker of an
/// archive of ours, which is then checked, listed and taken a file from; the same with any text for a marker; or the
/// side manifest of a backend that keeps no tar, applied to a small tree. Whatever the bytes are: no crash, no
/// exception but Error; an archive that passes is the one that was packed; and nothing beside the tree is touched.
namespace {

namespace fs = std::filesystem;
using namespace jailctl;
using namespace jailctl::tree;
using fuzz::require;

Channel& silence() {
    static const UniqueFd sink{::open("/dev/null", O_RDWR | O_CLOEXEC)};
    static Channel channel(sink.get());
    return channel;
}

/// A directory of this process's own, removed with it.
class Ground {
public:
    Ground() {
        std::string name = (fs::exists("/dev/shm") ? "/dev/shm" : "/tmp") + std::string("/jailctl-fuzz.XXXXXX");
        require(::mkdtemp(name.data()) != nullptr);
        path_ = name;
        make_tree();
        std::ofstream(path_ / "beside") << "untouched";
    }
    ~Ground() {
        clear();
        fs::remove_all(path_);
    }
    Ground(const Ground&) = delete;
    Ground& operator=(const Ground&) = delete;

    void make_tree() const {
        fs::create_directories(root() / "dir");
        std::ofstream(root() / "file") << std::string(9000, '\0') << "end";
        std::ofstream(root() / "dir/other") << "other";
        fs::create_symlink("../../beside", root() / "out");
        require(::mkfifo((root() / "fifo").c_str(), 0600) == 0);
    }
    void clear() const {
        Removed removed;
        empty_directory(open().get(), removed, [](std::uint64_t) {});
    }
    [[nodiscard]] fs::path root() const { return path_ / "root"; }
    [[nodiscard]] UniqueFd open() const { return UniqueFd(::open(root().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }
    void check_beside() const {
        std::string text;
        std::getline(std::ifstream(path_ / "beside"), text);
        const UniqueFd file(::open((path_ / "beside").c_str(), O_RDONLY | O_CLOEXEC));
        struct stat facts{};
        require(::fstat(file.get(), &facts) == 0 && text == "untouched" && facts.st_nlink == 1 &&
                (facts.st_mode & 07777) == 0644);
        require(xattrs_of(file.get()).empty() && std::distance(fs::directory_iterator(path_), {}) == 2);
    }

private:
    fs::path path_;
};

const Ground& ground() {
    static const Ground made;
    return made;
}

void settle(std::string_view manifest) {
    const UniqueFd facts = fuzz::file_of(manifest);
    Request request;
    request.arguments = Value::object().set("trusted", true);
    request.root = 0;  // a tree there is
    request.descriptors = {{"facts", facts.get()}};
    Job job(std::move(request), ground().open(), silence());
    try {
        (void)actions::settle(job);
    } catch (const Error&) {
    }
    ground().check_beside();
    ground().clear();
    ground().make_tree();
}

struct Packed {
    std::string before;   // of the marker
    Marker marker;
    std::string contents;
};

std::string contents_of(const std::string& bytes) {
    const UniqueFd file = fuzz::file_of(bytes);
    Job job(Request{}, UniqueFd(), silence());
    std::string list;
    list_contents(job, file.get(), [&](const IndexEntry& entry) { list += to_json(to_value(entry)) + "\n"; });
    return list;
}

Packed pack(const char* format) {
    const UniqueFd out = fuzz::file_of("");
    Request request;
    request.arguments =
        Value::object().set("format", format).set("level", "fast").set("description", Value::object().set("jail", "j"));
    request.root = 0;
    request.descriptors = {{"out", out.get()}};
    Job job(std::move(request), ground().open(), silence());
    (void)actions::pack(job);
    struct stat facts{};
    require(::fstat(out.get(), &facts) == 0);
    const std::string bytes = read_exactly(out.get(), 0, static_cast<std::size_t>(facts.st_size));
    auto marker = read_marker(out.get());
    require(marker.has_value());
    const auto length = static_cast<std::size_t>(marker->offset);
    return {bytes.substr(0, length), std::move(*marker), contents_of(bytes)};
}

const Packed& packed(unsigned which) {
    static const Packed archives[] = {pack("tar"), pack("tar.gz"), pack("tar.zst")};
    return archives[which % 3];
}

Value laid_over(Value below, const Value& above) {
    if (!below.is_object() || !above.is_object()) return above;
    for (const auto& [name, value] : above.members()) below.set(name, laid_over(below[name], value));
    return below;
}

/// Each of the ways an archive is read, on its own: one refusing it does not keep the others from it.
void read_with_marker(const Packed& archive, const std::string& document) {
    const std::string bytes = archive.before + encode_marker(document, archive.marker.offset, archive.marker.format);
    const UniqueFd file = fuzz::file_of(bytes);
    const auto attempt = [](const auto& act) {
        try {
            act();
        } catch (const Error&) {
        }
    };
    attempt([&] {
        Job job(Request{}, UniqueFd(), silence());
        UnpackRules rules;
        rules.everything = rules.compare_index = true;
        rules.max_bytes = 1 << 24;
        Unpacker unpacker(job, rules, nullptr);
        unpacker.run(file.get());
        require(unpacker.result()["entries"].num() == archive.marker.document["entries"].num());
    });
    attempt([&] { (void)contents_of(bytes); });
    attempt([&] {
        const UniqueFd out = fuzz::file_of("");
        Job job(Request{}, UniqueFd(), silence());
        Extraction(job, file.get(), UnpackRules{}).to_descriptor(out.get(), "dir/other");
        require(read_exactly(out.get(), 0, 5) == "other");
    });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
    const unsigned mode = data[0] % 7;
    if (mode == 6) {
        settle(input);
        return 0;
    }
    const Packed& archive = packed(mode);
    if (mode >= 3) {
        read_with_marker(archive, std::string(input));
        return 0;
    }
    try {
        read_with_marker(archive, to_json(laid_over(archive.marker.document, parse_json(input))));
    } catch (const Error&) {
        return 0;
    }
    return 0;
}

#include "archives.hpp"

#include <clocale>
#include <fcntl.h>
#include <sys/mman.h>

namespace jailctl::tree::test {

void Archives::SetUp() {
    TreeActions::SetUp();
    std::setlocale(LC_CTYPE, "C.UTF-8");  // as the helper does: libarchive reads names by it
    archive_ = scratch_.path() / "archive";
}

Value Archives::pack(const fs::path& root, const fs::path& archive, Value arguments) {
    const UniqueFd out{::open(archive.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)};
    return run_with(actions::pack, root, std::move(arguments), {{"out", out.get()}});
}

Value Archives::unpack(const fs::path& archive, const fs::path& root, bool trusted) {
    const UniqueFd file{::open(archive.c_str(), O_RDONLY | O_CLOEXEC)};
    return run_with(actions::unpack, root, Value::object().set("trusted", trusted), {{"archive", file.get()}});
}

Value Archives::check(const fs::path& archive) {
    const UniqueFd file{::open(archive.c_str(), O_RDONLY | O_CLOEXEC)};
    return run_with(actions::check, scratch_.path(), Value::object().set("base", true), {{"archive", file.get()}});
}

std::optional<Errc> Archives::refusal(const std::string& bytes) {
    const UniqueFd file{::memfd_create("archive", MFD_CLOEXEC)};
    EXPECT_EQ(::write(file.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
    try {
        run_with(actions::check, scratch_.path(), Value::object().set("base", true), {{"archive", file.get()}});
        return std::nullopt;
    } catch (const Error& error) {
        return error.code();
    }
}

std::string without_dot(std::string format) {
    std::erase(format, '.');
    return format;
}

void build_small(const fs::path& root) {
    fs::create_directory(root / "dir");
    spit(root / "dir" / "file", "some content\n");
    fs::create_symlink("file", root / "dir" / "link");
    set_attribute(root / "dir" / "file", "user.a", "b");
}

}  // namespace jailctl::tree::test

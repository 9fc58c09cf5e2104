#include "restic.hpp"

namespace jailctl::test {

namespace fs = std::filesystem;

void make_quick_repository(const fs::path& where) {
    for (const char* folder : {"data", "index", "keys", "locks", "snapshots"}) fs::create_directories(where / folder);
    const fs::path kept = fs::path(JAILCTL_TEST_DATA) / "restic-repository";
    fs::copy_file(kept / "config", where / "config");
    for (const auto& key : fs::directory_iterator(kept / "keys"))
        fs::copy_file(key.path(), where / "keys" / key.path().filename());
    fs::permissions(where, fs::perms::owner_all);
}

}  // namespace jailctl::test

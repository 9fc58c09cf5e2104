#include "roots.hpp"

#include <algorithm>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace jailctl::test {
namespace fs = std::filesystem;

void make_busybox_root(const fs::path& root) {
    fs::path busybox;
    for (const char* candidate : {"/bin/busybox", "/usr/bin/busybox"})
        if (fs::exists(candidate)) busybox = candidate;
    if (busybox.empty()) GTEST_SKIP() << "needs the static busybox (package busybox-static)";
    for (const char* name : {"bin", "sbin", "etc", "proc", "sys", "dev", "tmp", "run", "root", "var", "usr/bin"})
        fs::create_directories(root / name);
    ::chmod(root.c_str(), 0755);
    ::chmod((root / "tmp").c_str(), 01777);
    fs::copy_file(busybox, root / "bin/busybox", fs::copy_options::overwrite_existing);
    std::istringstream applets(run_command({busybox.string(), "--list"}).out);
    for (std::string applet; applets >> applet;)
        if (applet != "busybox" && applet != "init" && applet != "linuxrc") {
            std::error_code there;
            fs::create_symlink("busybox", root / "bin" / applet, there);
        }
    spit(root / "etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n");
    spit(root / "etc/group", "root:x:0:\ntty:x:5:\n");
}

void add_busybox_init(const fs::path& root) {
    fs::create_symlink("../bin/busybox", root / "sbin/init");
    spit(root / "etc/inittab", "::sysinit:/bin/touch /run/booted\n::shutdown:/bin/touch /tmp/was-shut-down\n");
}

void JailTest::SetUp() {
    JAILCTL_NEEDS_ROOT();
    for (const auto& entry : entries) make_busybox_root(site.root(entry.substr(0, entry.find(':'))));
}

void JailTest::TearDown() {
    for (const auto& entry : entries) site.jailctl({"stop", "--timeout", "0", entry.substr(0, entry.find(':'))});
}

Value JailTest::record(const std::string& jail) const {
    const std::string text = slurp(site.run_dir() / "jails" / (jail + ".json"));
    return text.empty() ? Value{} : parse_json(text);
}

char JailTest::mark(const std::string& jail) const {
    std::istringstream lines(site.jailctl({"status"}).out);
    for (std::string line; std::getline(lines, line);)
        if (line.size() > jail.size() && line.substr(1).starts_with(jail + " (")) return line.front();
    return 'x';
}

std::vector<std::string> JailTest::cgroup_directories(const std::string& name) {
    std::vector<std::string> found;
    std::error_code none;
    const fs::path top = "/sys/fs/cgroup";
    std::vector<fs::path> hierarchies{top};
    for (const auto& entry : fs::directory_iterator(top, none)) hierarchies.push_back(entry.path());
    for (const auto& hierarchy : hierarchies)
        if (fs::exists(hierarchy / "jailctl" / name, none)) found.push_back((hierarchy / "jailctl" / name).string());
    return found;
}

std::vector<std::string> JailTest::left_behind() const {
    std::vector<std::string> left = leaks_.found();
    for (auto& path : site.leftovers()) left.push_back("journal " + path);
    return left;
}

}  // namespace jailctl::test

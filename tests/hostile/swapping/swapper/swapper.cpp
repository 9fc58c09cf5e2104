// Runs inside a jail: swapper DIR. Exchanges directories, files, FIFOs and links there, moves a deep directory up and
// down, makes and removes names without end, and appends to a file, until it is killed.
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <string>

namespace {

void exchange(const char* a, const char* b) { ::renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE); }

/// Each step, again and again, in a process of its own. The pause leaves the machine to others.
void forever(const std::function<void(unsigned round)>& step) {
    if (::fork() != 0) return;
    for (unsigned round = 0;; ++round) {
        step(round);
        ::usleep(100);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2 || ::chdir(argv[1]) != 0) return 1;
    forever([](unsigned) {
        exchange("dir", "to-dir");
        exchange("dir/inner", "dir/to-upwards");
    });
    forever([](unsigned) {
        exchange("file", "to-file");
        exchange("file", "fifo");
        exchange("fifo", "to-dir");
        exchange("file", "dir");
    });
    forever([](unsigned) {
        ::rename("a/deep", "b/c/deep");
        ::rename("b/c/deep", "a/deep");
    });
    forever([](unsigned round) {
        const int made = ::open(("grow/" + std::to_string(round)).c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
        if (made >= 0) ::close(made);
        if (round >= 200) ::unlink(("grow/" + std::to_string(round - 200)).c_str());
        ::rename("walk/a", "walk/b");
        ::rename("walk/b", "walk/a");
    });
    forever([](unsigned) {
        const int log = ::open("log", O_WRONLY | O_APPEND | O_CLOEXEC);
        if (log >= 0 && ::write(log, "more\n", 5) != 5) ::usleep(1000);
        if (log >= 0) ::close(log);
    });
    for (;;) ::pause();
}

// Runs as the init of a jail and takes a write lease on its own output (fcntl(2), F_SETLEASE): whoever opens that file
// waits until it is given back, as the kernel's default has it for 45 s. It is not given back.
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

#include <cstring>

int main() {
    std::signal(SIGIO, SIG_IGN);
    const char* said = ::fcntl(STDOUT_FILENO, F_SETLEASE, F_WRLCK) == 0 ? "leased\n" : "no lease\n";
    (void)!::write(STDOUT_FILENO, said, std::strlen(said));
    for (;;) ::pause();
}

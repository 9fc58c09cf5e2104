// Plays the tree helper for tree_test: reads its job from descriptor 3 and does what "action" says.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "jailctl/sdk/files.hpp"
#include "jailctl/sdk/value.hpp"

namespace {

using jailctl::Value;

Value read_job() {
    std::string text;
    for (char c = 0; ::read(3, &c, 1) == 1 && c != '\n';) text += c;
    return jailctl::parse_json(text);
}

void answer(const Value& value) { jailctl::write_all(3, jailctl::to_json(value) + "\n", "the socket"); }

std::string text_behind(const Value& number) {
    char text[64] = {};
    const ssize_t count = ::read(static_cast<int>(number.num(-1)), text, sizeof text);
    return {text, count > 0 ? static_cast<std::size_t>(count) : 0};
}

std::string user_map(int user_namespace) {
    if (::fcntl(user_namespace, F_GETFD) < 0) return "none";
    struct stat ours {}, theirs {};
    ::stat("/proc/self/ns/user", &ours);
    ::fstat(user_namespace, &theirs);
    return ours.st_ino == theirs.st_ino ? "own" : "other";
}

}  // namespace

int main() {
    const Value job = read_job();
    const std::string action = job["action"].str();
    if (action == "die") ::kill(::getpid(), SIGKILL);
    if (action == "complain") {
        jailctl::write_all(2, "broken \x1b[31m", "stderr");
        return 3;
    }
    if (action == "sleep") ::sleep(60);
    if (action == "garbage") jailctl::write_all(3, "not json\n", "the socket");
    if (action == "refuse") {
        answer(Value::object().set("error",
                                   Value::object().set("code", "no_space").set("message", "full").set("hint", "buy")));
        return 0;
    }
    if (action == "enter" && (::fchdir(static_cast<int>(job["root"].num(-1))) != 0 || ::chroot(".") != 0)) return 4;
    answer(Value::object().set("progress", 5));
    answer(Value::object().set("note", Value::object().set("path", "a").set("what", "odd")));
    Value result = Value::object().set("job", job).set("map", user_map(static_cast<int>(job["userns"].num(-1))));
    if (job["descriptors"]["archive"].is_int()) result.set("archive", text_behind(job["descriptors"]["archive"]));
    answer(Value::object().set("result", result));
}

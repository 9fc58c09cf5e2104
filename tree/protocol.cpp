#include "protocol.hpp"

#include <cerrno>
#include <poll.h>
#include <thread>
#include <unistd.h>

namespace jailctl::tree {
namespace {

constexpr std::size_t largest_job = std::size_t{64} << 20;
constexpr auto progress_interval = std::chrono::milliseconds(100);

[[noreturn]] void reject(const std::string& what) { throw Error(Errc::invalid, "job of the tree helper: " + what); }

int descriptor_of(const Value& value, const std::string& name) {
    if (value.is_null()) return -1;
    const auto number = value.num(-1);
    if (!value.is_int() || number < 0 || number > 1 << 20) reject("'" + name + "' is no descriptor");
    return static_cast<int>(number);
}

}  // namespace

Request parse_request(std::string_view line) {
    const Value job = parse_json(line);
    Request request;
    request.action = job["action"].str();
    if (request.action.empty()) reject("no action");
    request.arguments = job["arguments"];
    request.root = descriptor_of(job["root"], "root");
    request.userns = descriptor_of(job["userns"], "userns");
    request.read_only = job["read_only"].truth();
    if (const Value& base = job["id_base"]; !base.is_null()) {
        if (!base.is_int() || base.num() <= 0 || base.num() > 0xffff0000LL) reject("'id_base' is no host id");
        request.id_base = static_cast<std::uint32_t>(base.num());
    }
    if (request.id_base.has_value() != (request.userns >= 0)) reject("'id_base' and 'userns' go together");
    for (const auto& [role, number] : job["descriptors"].members())
        request.descriptors.emplace_back(role, descriptor_of(number, role));
    return request;
}

std::string Channel::receive() {
    std::string line;
    char buffer[65536];
    for (;;) {
        const ssize_t got = ::read(fd_, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw_errno("cannot read the job of the tree helper");
        if (got == 0) reject("ends too early");
        line.append(buffer, static_cast<std::size_t>(got));
        if (const auto end = line.find('\n', line.size() - static_cast<std::size_t>(got)); end != std::string::npos) {
            line.resize(end);
            return line;
        }
        if (line.size() > largest_job) reject("too long");
    }
}

void Channel::send(const Value& line) {
    const std::string text = to_json(line) + "\n";
    const std::lock_guard guard(mutex_);
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t sent = ::write(fd_, text.data() + done, text.size() - done);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0) ::_exit(1);  // nobody listens any more
        done += static_cast<std::size_t>(sent);
    }
}

void Channel::progress(std::uint64_t bytes) {
    {
        const std::lock_guard guard(mutex_);
        const auto now = std::chrono::steady_clock::now();
        if (now - last_progress_ < progress_interval) return;
        last_progress_ = now;
    }
    send(Value::object().set("progress", bytes));
}

void Channel::note(const std::string& path, const std::string& what) {
    send(Value::object().set("note", Value::object().set("path", path).set("what", what)));
}

void Channel::entries(Value list) {
    if (!list.items().empty()) send(Value::object().set("entries", std::move(list)));
}

void Channel::result(Value value) { send(Value::object().set("result", std::move(value))); }

void Channel::error(const Error& error) {
    send(Value::object().set("error", Value::object()
        .set("code", error_name(error.code())).set("message", error.what()).set("hint", error.hint())));
}

void Channel::end_with_peer() const {
    std::thread([fd = fd_] {
        for (;;) {
            pollfd peer{fd, 0, 0};  // POLLHUP is reported without being asked for
            if (::poll(&peer, 1, -1) > 0 && (peer.revents & (POLLHUP | POLLERR)) != 0) ::_exit(1);
        }
    }).detach();
}

std::vector<std::string> decode_paths(const Value& list) {
    std::vector<std::string> paths;
    for (const Value& path : list.items()) paths.push_back(decode_path(path.str()));
    return paths;
}

}  // namespace jailctl::tree

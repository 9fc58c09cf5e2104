// The client of the tree helper; the protocol is tree/README.md.
#include "jailctl/sdk/ids.hpp"
#include "jailctl/sdk/tree.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "../interrupt_internal.hpp"
#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/host.hpp"
#include "jailctl/sdk/interrupt.hpp"
#include "jailctl/sdk/process.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl {

namespace {

constexpr int job_socket = 3;
constexpr std::size_t line_limit = 256U << 20U;  // digests of a million files fit

/// The job as the helper reads it, and the numbers its descriptors get.
class Parcel {
public:
    Parcel(const TreeJob& job, const UniqueFd& user_namespace) {
        Value descriptors = Value::object();
        document_.set("action", job.action).set("arguments", job.arguments.is_null() ? Value::object() : job.arguments);
        document_.set("root", job.root >= 0 ? Value(place(job.root)) : Value());
        document_.set("id_base", job.id_base ? Value(*job.id_base) : Value());
        document_.set("userns", user_namespace ? Value(place(user_namespace.get())) : Value());
        document_.set("read_only", job.read_only);
        for (const auto& [role, fd] : job.descriptors) descriptors.set(role, place(fd));
        document_.set("descriptors", std::move(descriptors));
    }
    [[nodiscard]] std::string text() const { return to_json(document_) + "\n"; }
    [[nodiscard]] const std::vector<std::pair<int, int>>& descriptors() const { return descriptors_; }

private:
    int place(int fd) {
        const int number = job_socket + 1 + static_cast<int>(descriptors_.size());
        descriptors_.emplace_back(fd, number);
        return number;
    }
    Value document_;
    std::vector<std::pair<int, int>> descriptors_;
};

class Helper {
public:
    Helper(const TreeJob& job, const Parcel& parcel) : job_(job), unsent_(parcel.text()) {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends.data()) != 0) {
            throw_errno("cannot make a socket for the tree helper");
        }
        socket_ = UniqueFd(ends[0]);
        const UniqueFd theirs(ends[1]);
        ::fcntl(theirs.get(), F_SETFL, 0);  // the helper's end blocks
        Pipe errors = make_pipe();
        Program program;
        program.path = (install_paths().libexec / "jailctl-tree").string();
        program.descriptors = parcel.descriptors();
        program.descriptors.emplace_back(theirs.get(), job_socket);
        child_ = spawn(program, errors.write.get());
        errors_ = std::move(errors.read);
        ::fcntl(errors_.get(), F_SETFL, O_NONBLOCK);
    }

    /// The result. Leaving by an exception kills the helper, its descriptor being owned by child_.
    Value result() {
        while (!ended_) {
            wait();
            Interrupt::check();
        }
        const ExitStatus status = child_.wait();
        if (answer_.is_object()) return take_answer();
        throw Error(Errc::internal, "the tree helper " + status.text() + " during '" + job_.action + "'" +
                                        (complaint_.empty() ? "" : ": " + escape_name(complaint_)));
    }

private:
    void wait() {
        const short wanted = static_cast<short>(unsent_.empty() ? POLLIN : POLLIN | POLLOUT);
        std::array<pollfd, 3> fds = {
            {{socket_.get(), wanted, 0}, {errors_.get(), POLLIN, 0}, {interrupt_poll_fd(), POLLIN, 0}}};
        if (::poll(fds.data(), fds.size(), -1) < 0) {
            if (errno == EINTR) return;
            throw_errno("cannot wait for the tree helper");
        }
        if (fds[1].revents != 0) drain_errors();
        if ((fds[0].revents & POLLOUT) != 0) send();
        if ((fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) receive();
    }

    void send() {
        const ssize_t count = ::send(socket_.get(), unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
        if (count > 0) unsent_.erase(0, static_cast<std::size_t>(count));
        if (count < 0 && errno != EAGAIN && errno != EINTR) unsent_.clear();  // gone: the end of file says so
    }

    void drain_errors() {
        std::array<char, 4096> buffer{};
        const ssize_t count = ::read(errors_.get(), buffer.data(), buffer.size());
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (count <= 0) return errors_.reset();
        complaint_.append(buffer.data(), static_cast<std::size_t>(count));
        if (complaint_.size() > 4096) complaint_.resize(4096);
    }

    void receive() {
        std::array<char, 65536> buffer{};
        const ssize_t count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
        if (count <= 0) {
            if (errors_) drain_errors();
            ended_ = true;
            return;
        }
        received_.append(buffer.data(), static_cast<std::size_t>(count));
        if (received_.size() > line_limit) throw Error(Errc::internal, "the tree helper talks too much");
        std::size_t begin = 0;
        for (auto end = received_.find('\n', scanned_); end != std::string::npos; end = received_.find('\n', begin)) {
            handle(std::string_view(received_).substr(begin, end - begin));
            begin = end + 1;
        }
        received_.erase(0, begin);
        scanned_ = received_.size();
    }

    static Value parsed(std::string_view line) {
        try {
            return parse_json(line);
        } catch (const Error& error) {
            throw Error(Errc::internal, std::string("the tree helper's answer is ") + error.what());
        }
    }

    void handle(std::string_view line) {
        Value message = parsed(line);
        if (const Value& progress = message["progress"]; progress.is_int()) {
            if (job_.on_progress) job_.on_progress(static_cast<std::uint64_t>(progress.num()));
        } else if (const Value& entries = message["entries"]; entries.is_array()) {
            if (job_.on_entries) job_.on_entries(entries.items());
        } else if (const Value& note = message["note"]; note.is_object()) {
            if (job_.on_note) job_.on_note(note);
        } else {
            answer_ = std::move(message);
        }
    }

    Value take_answer() {
        if (answer_["result"].is_object()) return answer_["result"];
        const Value& fault = answer_["error"];
        if (!fault.is_object()) throw Error(Errc::internal, "the tree helper answered neither result nor error");
        Error error(parse_errc(fault["code"].str()), fault["message"].str("the tree helper failed"));
        if (const auto hint = fault["hint"].str(); !hint.empty()) error.with_hint(hint);
        throw error;
    }

    const TreeJob& job_;
    std::string unsent_, received_, complaint_;
    std::size_t scanned_ = 0;
    UniqueFd socket_, errors_;
    ChildProcess child_;
    Value answer_;
    bool ended_ = false;
};

}  // namespace

Value run_tree(const TreeJob& job) {
    Interrupt::check();
    UniqueFd user_namespace;
    if (job.id_base) user_namespace = make_user_namespace(*job.id_base);
    const Parcel parcel(job, user_namespace);
    return Helper(job, parcel).result();
}

}  // namespace jailctl

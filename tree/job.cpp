#include "job.hpp"

namespace jailctl::tree {
namespace {
constexpr std::uint64_t notes_kept = 1000;
}

Job::Job(Request request, UniqueFd root, Channel& channel)
    : request_(std::move(request)), root_(std::move(root)), channel_(channel) {}

int Job::root() const {
    if (!root_) throw Error(Errc::invalid, "action '" + request_.action + "' of the tree helper needs a root");
    return root_.get();
}

int Job::descriptor(std::string_view role) const {
    for (const auto& [name, fd] : request_.descriptors)
        if (name == role) return fd;
    throw Error(Errc::invalid,
                "action '" + request_.action + "' of the tree helper needs the descriptor '" + std::string(role) + "'");
}

bool Job::has_descriptor(std::string_view role) const noexcept {
    for (const auto& [name, fd] : request_.descriptors)
        if (name == role) return true;
    return false;
}

void Job::note(std::string_view raw_path, const std::string& what) {
    if (++notes_total_ > notes_kept) return;
    const std::string path = encode_path(raw_path);
    notes_.push(Value::object().set("path", path).set("what", what));
    channel_.note(path, what);
}

Value Job::finish(Value result) const {
    result.set("notes", notes_);
    result.set("notes_total", notes_total_);
    return result;
}

}  // namespace jailctl::tree

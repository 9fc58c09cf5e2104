#include "walk.hpp"

#include <cerrno>
#include <optional>

#include "jailctl/sdk/error.hpp"

namespace jailctl::tree {
namespace {

constexpr std::size_t kept_open = 48;
const char* const vanished = "vanished while the tree was read";
const char* const replaced = "was replaced while the tree was read";

std::string unreadable(std::error_code cause) { return "cannot be read: " + cause.message(); }

class Walk {
public:
    Walk(int root, Visitor& visitor) : root_(root), visitor_(visitor) {}
    void run();

private:
    /// A directory on the way from the root to where we are. Small, because a tree may be deep.
    struct Frame {
        Identity identity;
        std::size_t path_length;                   // of its own path
        std::int64_t position = 0;                 // while closed
        std::unique_ptr<DirectoryStream> stream;   // nullptr while closed
    };
    void look_at(const char* name);
    void look_at_name(const char* name);
    void look_at_directory(const char* name, const Facts& seen);
    [[nodiscard]] bool look_at_open_file(const char* name);
    void push(UniqueFd directory, const Facts& facts);
    void leave_top();
    [[nodiscard]] bool reopen_top(int child);
    [[nodiscard]] UniqueFd descend_to_top() const;
    [[nodiscard]] std::string name_of(std::size_t index) const;
    int top_fd() const { return frames_.back().stream->fd(); }

    int root_;
    Visitor& visitor_;
    std::string path_;
    std::vector<Frame> frames_;
};

void Walk::run() {
    UniqueFd top = open_directory(root_, ".");
    if (!top) throw_errno("cannot read the root of the tree");
    const Facts facts = facts_of(top.get());
    if (visitor_.visit({"", ".", top.get(), top.get(), facts}) == Visitor::Visit::skip) return;
    push(std::move(top), facts);
    while (!frames_.empty()) {
        const char* name = nullptr;
        try {
            name = frames_.back().stream->next();
        } catch (const Error& error) {
            visitor_.problem(path_, unreadable(error.cause()));
        }
        if (name != nullptr)
            look_at(name);
        else
            leave_top();
    }
}

void Walk::look_at(const char* name) {
    const std::size_t length = path_.size();
    if (!path_.empty()) path_ += '/';
    path_ += name;
    const std::size_t depth = frames_.size();
    if (!visitor_.wants_files_open() || !look_at_open_file(name)) look_at_name(name);
    if (frames_.size() == depth) path_.resize(length);
}

void Walk::look_at_name(const char* name) {
    std::optional<Facts> facts;
    try {
        facts = facts_at(top_fd(), name);
    } catch (const Error& error) {
        return visitor_.problem(path_, unreadable(error.cause()));
    }
    if (!facts) return visitor_.problem(path_, vanished);
    if (facts->kind == Kind::directory) return look_at_directory(name, *facts);
    visitor_.visit({path_, name, top_fd(), -1, *facts});
}

/// Of what the directory calls a regular file, if it is the one the directory says it is; else it
/// is looked at as anything.
bool Walk::look_at_open_file(const char* name) {
    const DirectoryStream& directory = *frames_.back().stream;
    if (!directory.at_regular_file()) return false;
    const std::uint64_t inode = directory.inode();
    const UniqueFd file = open_file(directory.fd(), name);
    if (!file) return false;
    const Facts facts = facts_of(file.get());
    const Identity& above = frames_.back().identity;
    if (facts.kind != Kind::regular || facts.identity != Identity{above.device, inode, above.mount}) return false;
    visitor_.visit({path_, name, directory.fd(), -1, facts, file.get()});
    return true;
}

void Walk::look_at_directory(const char* name, const Facts& seen) {
    UniqueFd directory = open_directory(top_fd(), name);
    if (!directory) {
        const std::error_code cause = last_error();
        const int error = cause.value();
        return visitor_.problem(path_, error == ENOENT                      ? vanished
                                       : error == ENOTDIR || error == ELOOP ? replaced
                                                                            : unreadable(cause));
    }
    const Facts facts = facts_of(directory.get());
    if (!facts.same_object(seen)) return visitor_.problem(path_, replaced);
    const bool enter = visitor_.visit({path_, name, top_fd(), directory.get(), facts}) == Visitor::Visit::enter;
    if (enter && facts.identity.mount == frames_.front().identity.mount) push(std::move(directory), facts);
}

void Walk::push(UniqueFd directory, const Facts& facts) {
    frames_.push_back({facts.identity, path_.size(), 0, std::make_unique<DirectoryStream>(std::move(directory))});
    if (frames_.size() <= kept_open + 1) return;
    Frame& far = frames_[frames_.size() - 1 - kept_open];
    if (!far.stream) return;
    far.position = far.stream->position();
    far.stream.reset();
}

void Walk::leave_top() {
    const std::unique_ptr<DirectoryStream> left = std::move(frames_.back().stream);
    if (frames_.size() == 1) {
        const bool again =
            visitor_.leave({"", ".", left->fd(), left->fd(), facts_of(left->fd())}) == Visitor::Leave::again;
        frames_.clear();
        if (again) push(open_directory(root_, "."), facts_of(root_));
        return;
    }
    const Frame gone = std::move(frames_.back());
    const std::string name = name_of(frames_.size() - 1);
    frames_.pop_back();
    bool parent_found = frames_.back().stream != nullptr || reopen_top(left->fd());
    if (parent_found) {
        if (visitor_.leave({path_, name.c_str(), top_fd(), left->fd(), facts_of(left->fd())}) ==
            Visitor::Leave::again) {
            UniqueFd directory = open_directory(left->fd(), ".");
            if (directory) return push(std::move(directory), facts_of(left->fd()));
        }
    }
    path_.resize(frames_.back().path_length);
    while (!parent_found) {  // it was moved away under us: what is left of it is not looked at
        visitor_.problem(path_, replaced);
        frames_.pop_back();
        if (frames_.empty()) return;
        path_.resize(frames_.back().path_length);
        parent_found = frames_.back().stream != nullptr || reopen_top(-1);
    }
}

/// Opens the last frame again: by ".." of its child if that still leads there, else by its names from the root.
bool Walk::reopen_top(int child) {
    Frame& frame = frames_.back();
    UniqueFd directory = child >= 0 ? open_directory(child, "..") : UniqueFd();
    if (!directory || facts_of(directory.get()).identity != frame.identity) directory = descend_to_top();
    if (!directory) return false;
    auto stream = std::make_unique<DirectoryStream>(std::move(directory));
    stream->seek(frame.position);
    frame.stream = std::move(stream);
    return true;
}

UniqueFd Walk::descend_to_top() const {
    UniqueFd at = open_directory(root_, ".");
    for (std::size_t i = 1; at && i < frames_.size(); ++i) {
        at = open_directory(at.get(), name_of(i).c_str());
        if (at && facts_of(at.get()).identity != frames_[i].identity) at.reset();
    }
    return at;
}

/// The last component of the path of frame `index`, which is not the root.
std::string Walk::name_of(std::size_t index) const {
    const std::size_t above = frames_[index - 1].path_length;
    const std::size_t begin = above == 0 ? 0 : above + 1;
    return path_.substr(begin, frames_[index].path_length - begin);
}

}  // namespace

void walk(int root, Visitor& visitor) { Walk(root, visitor).run(); }

UniqueFd open_same(const Entry& entry, std::string& why) {
    Facts now;
    return open_same(entry, why, now);
}

UniqueFd open_same(const Entry& entry, std::string& why, Facts& now) {
    UniqueFd file = open_file(entry.parent, entry.name);
    if (!file) {
        why = errno == ENOENT ? vanished : errno == ELOOP ? replaced : unreadable(last_error());
        return file;
    }
    now = facts_of(file.get());
    if (now.same_object(entry.facts)) return file;
    why = replaced;
    return {};
}

}  // namespace jailctl::tree

#include "directory_stack.hpp"

#include <cerrno>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {

namespace {
constexpr std::size_t kept_open = 48;
}

DirectoryStack::DirectoryStack(int root) {
    UniqueFd fd = open_directory(root, ".");
    if (!fd) throw_errno("cannot open the root of the tree");
    const Identity identity = facts_of(fd.get()).identity;
    levels_.push_back({std::move(fd), identity, {}});
}

bool DirectoryStack::enter(const std::string& name) {
    UniqueFd next = open_directory(fd(), name.c_str());
    if (!next) {
        if (errno == ENOTDIR || errno == ELOOP || errno == ENOENT) return false;
        throw_errno("cannot open the directory " + escape_name(path_of(name)));
    }
    const Identity identity = facts_of(next.get()).identity;
    if (identity.mount != levels_.front().identity.mount || identity.device != levels_.front().identity.device)
        return false;
    if (levels_.size() > kept_open) levels_[levels_.size() - kept_open].fd.reset();
    levels_.push_back({std::move(next), identity, name});
    return true;
}

void DirectoryStack::leave() {
    Level& above = levels_[levels_.size() - 2];
    if (!above.fd) {
        UniqueFd back = open_directory(fd(), "..");
        if (!back) throw_errno("cannot go back from " + escape_name(path()));
        if (facts_of(back.get()).identity != above.identity)
            throw Error(Errc::damaged,
                        "the directory " + escape_name(levels_.back().name) + " was moved while the tree was written");
        above.fd = std::move(back);
    }
    levels_.pop_back();
}

std::string DirectoryStack::path() const {
    std::string text;
    for (std::size_t i = 1; i < levels_.size(); ++i) {
        if (i > 1) text += '/';
        text += levels_[i].name;
    }
    return text;
}

std::string DirectoryStack::path_of(std::string_view name) const {
    std::string text = path();
    if (!text.empty()) text += '/';
    return text.append(name);
}

std::string_view parent_of(std::string_view path) noexcept {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view{} : path.substr(0, slash);
}

std::string_view name_of(std::string_view path) noexcept {
    return path.substr(path.rfind('/') + 1);  // npos + 1 is 0
}

std::vector<std::string> components_of(std::string_view path) {
    if (path.find('\0') != std::string_view::npos) throw Error(Errc::invalid, "a path contains a NUL byte");
    std::vector<std::string> components;
    while (!path.empty()) {
        const std::size_t slash = path.find('/');
        const std::string_view name = path.substr(0, slash);
        path = slash == std::string_view::npos ? std::string_view{} : path.substr(slash + 1);
        if (name.empty() || name == ".") continue;
        if (name == "..") throw Error(Errc::invalid, "a path contains '..'");
        components.emplace_back(name);
    }
    return components;
}

UniqueFd open_below(int root, std::string_view path) {
    UniqueFd here = open_directory(root, ".");
    for (const auto& name : components_of(path)) {
        if (!here) break;
        here = open_directory(here.get(), name.c_str());
    }
    return here;
}

}  // namespace jailctl::tree

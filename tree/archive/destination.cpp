#include "archive/destination.hpp"

#include <cerrno>
#include <cstring>

#include "clearing.hpp"
#include "directory_stack.hpp"

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/text.hpp"

namespace jailctl::tree {
namespace {

[[noreturn]] void stands_there(const std::string& path, const char* what) {
    throw Error(Errc::exists, "'" + escape_name(path) + "' " + what)
        .with_hint("nothing is overwritten: name another directory with --to");
}

void require_empty(int root) {
    DirectoryStream entries(open_directory(root, "."));
    if (entries.next() != nullptr) stands_there(".", "is not empty");
}

void require_free(int root, const std::string& path) {
    const std::vector<std::string> components = components_of(path);
    std::string above;
    for (std::size_t i = 0; i < components.size(); ++i) {
        const UniqueFd directory = open_below(root, above);
        if (!directory) throw_errno("cannot open " + escape_name(above));
        const auto facts = facts_at(directory.get(), components[i].c_str());
        if (!facts) return;
        const std::string here = above.empty() ? components[i] : above + "/" + components[i];
        if (i + 1 == components.size()) stands_there(here, "exists already");
        if (facts->kind != Kind::directory) stands_there(here, "exists already and is no directory");
        above = here;
    }
    require_empty(root);
}

}  // namespace

Destination::Destination(int root, std::vector<std::string> paths) : root_(root) {
    for (const std::string& path : paths) require_free(root, path);
    paths_ = std::move(paths);
}

Destination::~Destination() {
    for (const std::string& path : paths_) {
        const std::size_t slash = path.rfind('/');
        Removed removed;
        const OnBytes nobody = [](std::uint64_t) {};
        try {
            const UniqueFd parent = open_below(root_, slash == std::string::npos ? "" : path.substr(0, slash));
            if (!parent) continue;
            if (path.empty())
                empty_directory(parent.get(), removed, nobody);
            else
                remove_entry(parent.get(), path.substr(slash == std::string::npos ? 0 : slash + 1), removed, nobody);
        } catch (const Error&) {
            continue;  // an error is under way already and says why
        }
    }
}

}  // namespace jailctl::tree

#include "../actions.hpp"

#include <set>

#include "../walk.hpp"

namespace jailctl::tree::actions {

namespace {

class Measure final : public Visitor {
public:
    Measure(Job& job, Excludes excludes) : job_(job), excludes_(std::move(excludes)) {}
    Visit visit(const Entry& entry) override {
        const Facts& facts = entry.facts;
        if (!entry.path.empty() && excludes_.match(entry.path)) return Visit::skip;
        if (entry.path.empty()) mount_ = facts.identity.mount;
        if (facts.identity.mount != mount_) return Visit::skip;
        if (facts.kind == Kind::socket) ++sockets_;
        if (!entry.path.empty()) ++entries_;
        if (facts.kind == Kind::directory || facts.links < 2 || seen_.insert(facts.identity.inode).second) {
            bytes_ += facts.allocated;
            job_.progress(bytes_);
        }
        return Visit::enter;
    }
    void problem(std::string_view path, const std::string& what) override { job_.note(path, what); }
    [[nodiscard]] Value result() const {
        return Value::object().set("entries", entries_).set("bytes", bytes_).set("sockets", sockets_);
    }

private:
    Job& job_;
    Excludes excludes_;
    std::set<std::uint64_t> seen_;  // inodes with several names; one file system, so the number says it all
    std::uint64_t entries_ = 0, bytes_ = 0, sockets_ = 0, mount_ = 0;
};

}  // namespace

Value measure(Job& job) {
    Measure visitor(job, job.excludes());
    walk(job.root(), visitor);
    return visitor.result();
}

}  // namespace jailctl::tree::actions

#include "../actions.hpp"

#include "../walk.hpp"

namespace jailctl::tree::actions {

namespace {

class Changed final : public Visitor {
public:
    Changed(Job& job, Excludes excludes, Timestamp since) : job_(job), excludes_(std::move(excludes)), since_(since) {}
    Visit visit(const Entry& entry) override {
        if (excludes_.match(entry.path)) return Visit::skip;
        const Timestamp& last = entry.facts.changed;
        const bool later = last.seconds != since_.seconds ? last.seconds > since_.seconds
                                                          : last.nanoseconds >= since_.nanoseconds;
        // A directory changes with every name in it; what came or went in it is a file.
        if (!later || entry.facts.kind == Kind::directory || entry.facts.kind == Kind::socket) return Visit::enter;
        ++changed_;
        job_.note(entry.path, "changed while it was read");
        return Visit::enter;
    }
    void problem(std::string_view path, const std::string& what) override { job_.note(path, what); }
    [[nodiscard]] std::uint64_t count() const noexcept { return changed_; }

private:
    Job& job_;
    Excludes excludes_;
    Timestamp since_;
    std::uint64_t changed_ = 0;
};

}  // namespace

Value changed(Job& job) {
    const Timestamp since{job.arguments()["seconds"].num(),
                          static_cast<std::uint32_t>(job.arguments()["nanoseconds"].num())};
    Changed visitor(job, job.excludes(), since);
    walk(job.root(), visitor);
    return Value::object().set("changed", visitor.count());
}

}  // namespace jailctl::tree::actions

#include "../actions.hpp"

#include "../directory_stack.hpp"
#include "../entry_digest.hpp"

namespace jailctl::tree::actions {

namespace {

class Digests final : public Visitor {
public:
    Digests(Job& job, std::string prefix) : job_(job), prefix_(std::move(prefix)) {}
    Visit visit(const Entry& entry) override {
        if (entry.path.empty()) return Visit::enter;
        const std::string digest = digest_of_entry(entry);
        if (!digest.empty()) result_.emplace_back(encode_path(prefix_ + std::string(entry.path)), digest);
        return entry.facts.kind == Kind::directory ? Visit::enter : Visit::skip;
    }
    void problem(std::string_view path, const std::string& what) override {
        job_.note(prefix_ + std::string(path), what);
    }
    [[nodiscard]] Value take() { return Value(std::move(result_)); }

private:
    Job& job_;
    std::string prefix_;
    Value::Object result_;
};

}  // namespace

namespace {

class Stamps final : public Visitor {
public:
    explicit Stamps(Job& job) : job_(job) {}
    Visit visit(const Entry& entry) override {
        if (entry.facts.kind == Kind::directory) return Visit::enter;
        const std::string stamp = stamp_of_entry(entry);
        if (!stamp.empty()) result_.emplace_back(encode_path(entry.path), stamp);
        return Visit::skip;
    }
    void problem(std::string_view path, const std::string& what) override { job_.note(path, what); }
    [[nodiscard]] Value take() { return Value(std::move(result_)); }

private:
    Job& job_;
    Value::Object result_;
};

}  // namespace

Value digests(Job& job) {
    std::string below;
    for (const auto& name : components_of(decode_path(job.arguments()["below"].str()))) below += name + "/";
    const UniqueFd start = open_below(job.root(), below);
    Digests visitor(job, below);
    if (start) walk(start.get(), visitor);  // a base without such a directory has nothing to remember
    Value result = Value::object().set("digests", visitor.take());
    if (job.arguments()["stamps"].truth()) {
        Stamps stamps(job);
        walk(job.root(), stamps);
        result.set("stamps", stamps.take());
    }
    return result;
}

}  // namespace jailctl::tree::actions

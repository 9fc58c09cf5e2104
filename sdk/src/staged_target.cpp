#include "jailctl/sdk/ids.hpp"
#include "jailctl/sdk/staged_target.hpp"

#include "jailctl/sdk/rootfs.hpp"
#include "jailctl/sdk/text.hpp"
#include "jailctl/sdk/tree.hpp"

namespace jailctl {

namespace {

/// The root is opened anew for each job: a staging directory is renamed when it is published.
Value run_staged(Invocation& invocation, const Jail& jail, const std::filesystem::path& staging, TreeJob job) {
    const Rootfs root = Rootfs::open(staging);
    job.root = root.fd();
    job.id_base = id_range(invocation.configuration(), jail.name);
    return run_tree(job);
}

}  // namespace

StagedTarget::StagedTarget(Invocation& invocation, const Jail& jail, std::filesystem::path staging)
    : invocation_(invocation), jail_(jail), staging_(std::move(staging)) {}

StagedTarget::~StagedTarget() = default;

void StagedTarget::populate(Value entries, std::vector<std::pair<std::string, int>> files) {
    run("populate", Value::object().set("entries", std::move(entries)), std::move(files));
}

void StagedTarget::unpack(int archive, std::uint64_t bytes_expected) {
    const auto progress = invocation_.console().progress("installing the base", bytes_expected);
    TreeJob job;
    job.action = "unpack";
    job.arguments = Value::object().set("trusted", false).set("base", true);
    job.descriptors.emplace_back("archive", archive);
    job.on_progress = [&progress](std::uint64_t bytes) { progress->update(bytes); };
    job.on_note = [this](const Value& note) {
        invocation_.console().verbose(escape_name(note["path"].str()) + ": " + note["what"].str());
    };
    const Value unpacked = run_staged(invocation_, jail_, staging_, std::move(job));
    if (const auto count = unpacked["skipped_total"].num(); count > 0)
        invocation_.console().info(">>> Left out of the base: " + std::to_string(count) +
                                   (count == 1 ? " entry" : " entries") +
                                   ", devices or attributes that no jail may bring along (--verbose names them)");
}

Value StagedTarget::run(std::string_view action, Value arguments,
                        std::vector<std::pair<std::string, int>> descriptors) {
    TreeJob job;
    job.action = action;
    job.arguments = std::move(arguments);
    job.descriptors = std::move(descriptors);
    return run_staged(invocation_, jail_, staging_, std::move(job));
}

}  // namespace jailctl

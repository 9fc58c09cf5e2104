#include <exception>
#include <new>
#include <system_error>
#include <unistd.h>

#include "actions.hpp"
#include "isolate.hpp"

namespace {

using namespace jailctl;
using namespace jailctl::tree;

Value perform(Channel& channel) {
    Request request = parse_request(channel.receive());
    const Action action = find_action(request.action);
    if (action == nullptr) throw Error(Errc::invalid, "the tree helper knows no action '" + request.action + "'");
    prepare_process(request);
    UniqueFd root = isolate(request);
    channel.end_with_peer();
    Job job(std::move(request), std::move(root), channel);
    Value result = action(job);
    return job.finish(std::move(result));
}

int serve(Channel& channel) {
    try {
        channel.result(perform(channel));
        return 0;
    } catch (const Error& error) {
        channel.error(error);
    } catch (const std::bad_alloc&) {
        channel.error(Error(Errc::failed, "the tree helper may not use more memory"));
    } catch (const std::system_error& error) {
        channel.error(Error(Errc::failed, "the tree helper gets no thread", error.code())
                          .with_hint("see the limits of whoever called jailctl: 'ulimit -u' and 'ulimit -v'"));
    } catch (const std::exception& error) {
        channel.error(Error(Errc::internal, std::string("in the tree helper: ") + error.what()));
    }
    return 1;
}

}  // namespace

int main() {
    Channel channel(channel_fd);
    // No destructors of libraries or static objects after this point: threads may still be at work.
    ::_exit(serve(channel));
}

#include <csignal>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>

#include "jailctl/sdk/process.hpp"
#include "stream.hpp"

namespace jailctl::lifecycle {
namespace {

Program shell(const std::string& script, int output) {
    Program program;
    program.path = "/bin/sh";
    program.arguments = {"-c", script};
    program.stdout_fd = output;
    return program;
}

TEST(CarryStreams, ADescendantThatGoesOnWritingIsNotWaitedFor) {
    Pipe pipe = make_pipe();
    ChildProcess flood = spawn(shell("exec yes", pipe.write.get()), -1);
    pollfd flooding{pipe.read.get(), POLLIN, 0};
    ASSERT_EQ(::poll(&flooding, 1, 60000), 1);
    ChildProcess command = spawn(shell("exit 0", pipe.write.get()), -1);
    pipe.write.reset();
    std::vector<Stream> streams(1);
    streams[0].ours = std::move(pipe.read);
    std::size_t seen = 0;
    streams[0].sink = [&](std::string_view bytes) { seen += bytes.size(); };
    EXPECT_TRUE(carry_streams(streams, command.handle(), std::chrono::seconds(60)));
    EXPECT_TRUE(command.wait().ok());
    EXPECT_GT(seen, 0U);
    flood.kill(SIGKILL);
}

TEST(CarryStreams, AFloodKeepsNobodyFromTheTimeLimit) {
    Pipe pipe = make_pipe();
    ChildProcess flood = spawn(shell("exec yes", pipe.write.get()), -1);
    pipe.write.reset();
    std::vector<Stream> streams(1);
    streams[0].ours = std::move(pipe.read);
    streams[0].sink = [](std::string_view) {};
    EXPECT_FALSE(carry_streams(streams, flood.handle(), std::chrono::milliseconds(200)));
    EXPECT_EQ(flood.wait().signal, SIGKILL);
}

}  // namespace
}  // namespace jailctl::lifecycle

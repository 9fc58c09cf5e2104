#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/tree.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl::tree {

/// The number of the socket to the SDK (tree/README.md).
inline constexpr int channel_fd = 3;

/// What the SDK asks for: one line of JSON. Descriptors are numbers in this process.
struct Request {
    std::string action;
    Value arguments;
    int root = -1;                         ///< -1: an action without a tree
    std::optional<std::uint32_t> id_base;
    int userns = -1;                       ///< user namespace with the jail's map; set exactly when id_base is
    bool read_only = false;
    std::vector<std::pair<std::string, int>> descriptors;
};

/// @throws Error invalid: a member is missing or of another type
[[nodiscard]] Request parse_request(std::string_view line);

/// The helper's side of the socket. Lines may be written from any thread.
class Channel {
public:
    explicit Channel(int fd) : fd_(fd) {}
    /// The job: everything up to the first newline, at most 64 MiB. @throws Error invalid, io
    [[nodiscard]] std::string receive();
    /// At most ten lines a second; what is left out is made good by the next one.
    void progress(std::uint64_t bytes);
    void note(const std::string& path, const std::string& what);
    void entries(Value list);  ///< an array; nothing is sent of an empty one
    void result(Value value);
    void error(const Error& error);
    /// Starts a thread that ends this process as soon as the other side is gone: nobody is left to clean up after us.
    void end_with_peer() const;

private:
    void send(const Value& line);
    int fd_;
    std::mutex mutex_;
    std::chrono::steady_clock::time_point last_progress_{};
};

/// decode_path() of an array of them.
[[nodiscard]] std::vector<std::string> decode_paths(const Value& list);

}  // namespace jailctl::tree

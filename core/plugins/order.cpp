#include "plugins/order.hpp"

#include <algorithm>
#include <functional>

namespace jailctl::core {
namespace {

bool provides(const Node& node, const std::string& service) {
    return std::find(node.provides.begin(), node.provides.end(), service) != node.provides.end();
}

enum class Mark { unseen, open, done, rejected };

/// Depth-first walk; the path of open nodes is what a cycle is printed from.
class Walk {
public:
    Walk(const std::vector<Node>& nodes, Order& order)
        : nodes_(nodes),
          order_(order),
          marks_(nodes.size(), Mark::unseen) {}

    void visit(std::size_t index) {
        if (marks_[index] == Mark::open) return close_cycle(index);
        if (marks_[index] != Mark::unseen) return;
        marks_[index] = Mark::open;
        path_.push_back(index);
        for (const auto& need : nodes_[index].needs) {
            visit_providers(index, need);
            if (marks_[index] == Mark::rejected) break;  // it was part of a cycle
            if (!met(index, need)) {
                reject(index, "it needs the service " + need + ", which no loaded plugin provides");
                break;
            }
        }
        path_.pop_back();
        if (marks_[index] != Mark::open) return;
        marks_[index] = Mark::done;
        order_.sorted.push_back(index);
    }

private:
    void visit_providers(std::size_t index, const std::string& need) {
        for (std::size_t other = 0; other < nodes_.size(); ++other)
            if (other != index && provides(nodes_[other], need)) visit(other);
    }
    bool met(std::size_t index, const std::string& need) const {
        if (provides(nodes_[index], need)) return true;
        for (std::size_t other = 0; other < nodes_.size(); ++other)
            if (marks_[other] == Mark::done && provides(nodes_[other], need)) return true;
        return false;
    }
    void close_cycle(std::size_t index) {
        const auto start = std::find(path_.begin(), path_.end(), index);
        std::string text;
        for (auto at = start; at != path_.end(); ++at) text += nodes_[*at].name + " -> ";
        text += nodes_[index].name;
        for (auto at = start; at != path_.end(); ++at) reject(*at, "its needs form a cycle: " + text);
    }
    void reject(std::size_t index, std::string reason) {
        if (marks_[index] == Mark::rejected) return;
        marks_[index] = Mark::rejected;
        order_.rejected.push_back({index, std::move(reason)});
    }

    const std::vector<Node>& nodes_;
    Order& order_;
    std::vector<Mark> marks_;
    std::vector<std::size_t> path_;
};

}  // namespace

Order order_by_needs(const std::vector<Node>& nodes) {
    std::vector<std::size_t> by_name(nodes.size());
    for (std::size_t i = 0; i < nodes.size(); ++i) by_name[i] = i;
    std::sort(by_name.begin(), by_name.end(), [&](auto a, auto b) { return nodes[a].name < nodes[b].name; });
    Order order;
    Walk walk(nodes, order);
    for (const auto index : by_name) walk.visit(index);
    return order;
}

}  // namespace jailctl::core

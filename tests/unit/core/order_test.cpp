#include "plugins/order.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jailctl::core {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> names(const std::vector<Node>& nodes, const Order& order) {
    std::vector<std::string> sorted;
    for (const auto index : order.sorted) sorted.push_back(nodes[index].name);
    return sorted;
}

TEST(Order, ProvidersComeFirstOtherwiseByName) {
    const std::vector<Node> nodes{{"zoo", {}, {"z/1"}}, {"backup", {"z/1"}, {}}, {"able", {}, {}}, {"create", {}, {}}};
    const auto order = order_by_needs(nodes);
    EXPECT_THAT(names(nodes, order), ElementsAre("able", "zoo", "backup", "create"));
    EXPECT_TRUE(order.rejected.empty());
}

TEST(Order, AllProvidersOfANeedComeFirst) {
    const std::vector<Node> nodes{{"a", {"s/1"}, {}}, {"b", {}, {"s/1"}}, {"c", {}, {"s/1"}}};
    EXPECT_THAT(names(nodes, order_by_needs(nodes)), ElementsAre("b", "c", "a"));
}

TEST(Order, AMissingNeedTakesItsDependentsWithIt) {
    const std::vector<Node> nodes{{"a", {"b/1"}, {}}, {"b", {"c/1"}, {"b/1"}}, {"d", {}, {}}};
    const auto order = order_by_needs(nodes);
    EXPECT_THAT(names(nodes, order), ElementsAre("d"));
    ASSERT_EQ(order.rejected.size(), 2U);
    EXPECT_THAT(order.rejected[0].reason, HasSubstr("c/1"));
    EXPECT_THAT(order.rejected[1].reason, HasSubstr("b/1"));
}

TEST(Order, ACyclePrintsItsPathAndSparesTheRest) {
    const std::vector<Node> nodes{{"a", {"b/1"}, {"a/1"}},
                                  {"b", {"c/1"}, {"b/1"}},
                                  {"c", {"a/1"}, {"c/1"}},
                                  {"d", {}, {}}};
    const auto order = order_by_needs(nodes);
    EXPECT_THAT(names(nodes, order), ElementsAre("d"));
    ASSERT_EQ(order.rejected.size(), 3U);
    EXPECT_THAT(order.rejected[0].reason, HasSubstr("a -> b -> c -> a"));
}

TEST(Order, OneProviderInACycleDoesNotSpoilAnother) {
    const std::vector<Node> nodes{{"a", {"s/1"}, {"x/1"}}, {"b", {"x/1"}, {"s/1"}}, {"c", {}, {"s/1"}}};
    const auto order = order_by_needs(nodes);
    EXPECT_THAT(names(nodes, order), testing::Contains("c"));
}

TEST(Order, AnOwnServiceMeetsAnOwnNeed) {
    const std::vector<Node> nodes{{"a", {"s/1"}, {"s/1"}}};
    EXPECT_THAT(names(nodes, order_by_needs(nodes)), ElementsAre("a"));
}

}  // namespace
}  // namespace jailctl::core

// The only unit that sees a JSON library; everybody else handles Value.
#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "jailctl/sdk/error.hpp"
#include "jailctl/sdk/value.hpp"

namespace jailctl {

namespace {

using Json = nlohmann::ordered_json;
constexpr std::size_t depth_limit = 64;

Json json_of(const Value& value) {
    return std::visit(
        [](const auto& content) -> Json {
            using T = std::decay_t<decltype(content)>;
            if constexpr (std::is_same_v<T, std::monostate>) {
                return nullptr;
            } else if constexpr (std::is_same_v<T, Value::Array>) {
                Json array = Json::array();
                for (const auto& item : content) array.push_back(json_of(item));
                return array;
            } else if constexpr (std::is_same_v<T, Value::Object>) {
                Json::object_t object;
                // Value keeps names apart already: no second search for each member.
                for (const auto& [key, item] : content) object.Container::emplace_back(key, json_of(item));
                return object;
            } else {
                return content;
            }
        },
        value.data());
}

/// Builds a Value from parser events, so that no document of the library's own is ever made.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
public:
    bool null() override { return add(Value{}); }
    bool boolean(bool flag) override { return add(flag); }
    bool number_integer(number_integer_t number) override { return add(static_cast<std::int64_t>(number)); }
    bool number_unsigned(number_unsigned_t number) override {
        if (number > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
            return add(static_cast<double>(number));
        }
        return add(static_cast<std::int64_t>(number));
    }
    bool number_float(number_float_t number, const string_t&) override { return add(number); }
    bool string(string_t& text) override { return add(Value(std::move(text))); }
    bool binary(binary_t&) override { return false; }
    bool start_object(std::size_t) override { return open(false); }
    bool start_array(std::size_t) override { return open(true); }
    bool key(string_t& name) override {
        open_.back().members.emplace_back().first = std::move(name);
        return true;
    }
    bool end_array() override {
        Value value(std::move(open_.back().items));
        open_.pop_back();
        return add(std::move(value));
    }
    bool end_object() override {
        auto members = std::move(open_.back().members);
        open_.pop_back();
        require_unique(members);
        return add(Value(std::move(members)));
    }
    bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception&) override {
        throw Error(Errc::damaged, "not JSON (at byte " + std::to_string(position) + ")");
    }
    Value take() { return std::move(result_); }

private:
    struct Frame {
        bool array;
        Value::Array items;
        Value::Object members;
    };

    bool open(bool array) {
        if (open_.size() == depth_limit) throw Error(Errc::damaged, "JSON nested deeper than 64");
        open_.push_back({array, {}, {}});
        return true;
    }
    bool add(Value value) {
        next() = std::move(value);
        return true;
    }
    /// Where the next value stands: that of a member has its name already.
    Value& next() {
        if (open_.empty()) return result_;
        return open_.back().array ? open_.back().items.emplace_back() : open_.back().members.back().second;
    }
    // Two readers may disagree on which of two equal names counts: such a document is not trusted.
    static void require_unique(const Value::Object& members) {
        std::vector<std::string_view> names;
        names.reserve(members.size());
        for (const auto& member : members) names.emplace_back(member.first);
        std::sort(names.begin(), names.end());
        if (std::adjacent_find(names.begin(), names.end()) != names.end()) {
            throw Error(Errc::damaged, "JSON object with a repeated member");
        }
    }

    std::vector<Frame> open_;
    Value result_;
};

}  // namespace

std::string to_json(const Value& value, int indent) {
    return json_of(value).dump(indent < 0 ? -1 : indent, ' ', false, Json::error_handler_t::replace);
}

Value parse_json(std::string_view text) {
    Builder builder;
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) throw Error(Errc::damaged, "not JSON");
    return builder.take();
}

}  // namespace jailctl

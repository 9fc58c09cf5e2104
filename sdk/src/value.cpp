#include "jailctl/sdk/value.hpp"

#include <algorithm>

namespace jailctl {

std::string Value::str(std::string_view otherwise) const {
    const auto* text = std::get_if<std::string>(&data_);
    return text != nullptr ? *text : std::string(otherwise);
}

std::int64_t Value::num(std::int64_t otherwise) const noexcept {
    const auto* number = std::get_if<std::int64_t>(&data_);
    return number != nullptr ? *number : otherwise;
}

double Value::real(double otherwise) const noexcept {
    if (const auto* number = std::get_if<double>(&data_)) return *number;
    if (const auto* number = std::get_if<std::int64_t>(&data_)) return static_cast<double>(*number);
    return otherwise;
}

bool Value::truth(bool otherwise) const noexcept {
    const auto* flag = std::get_if<bool>(&data_);
    return flag != nullptr ? *flag : otherwise;
}

const Value::Array& Value::items() const noexcept {
    static const Array none;
    const auto* array = std::get_if<Array>(&data_);
    return array != nullptr ? *array : none;
}

const Value::Object& Value::members() const noexcept {
    static const Object none;
    const auto* object = std::get_if<Object>(&data_);
    return object != nullptr ? *object : none;
}

const Value& Value::operator[](std::string_view key) const noexcept {
    static const Value null;
    for (const auto& member : members()) {
        if (member.first == key) return member.second;
    }
    return null;
}

Value& Value::set(std::string_view key, Value value) {
    if (!is_object()) data_ = Object{};
    auto& object = std::get<Object>(data_);
    const auto found = std::find_if(object.begin(), object.end(), [&](const Member& m) { return m.first == key; });
    if (found != object.end()) {
        found->second = std::move(value);
    } else {
        object.emplace_back(std::string(key), std::move(value));
    }
    return *this;
}

Value Value::array_of(const std::vector<std::string>& texts) { return Value(Array(texts.begin(), texts.end())); }

Value& Value::push(Value value) {
    if (!is_array()) data_ = Array{};
    std::get<Array>(data_).push_back(std::move(value));
    return *this;
}

}  // namespace jailctl

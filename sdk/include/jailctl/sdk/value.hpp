#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "jailctl/sdk/export.hpp"

namespace jailctl {

/// A JSON value, so that plugins can hand over data for `--json` and state files without seeing a JSON library.
/// Objects keep the order in which their members were added.
class JAILCTL_SDK_EXPORT Value {
public:
    using Array = std::vector<Value>;
    using Member = std::pair<std::string, Value>;
    using Object = std::vector<Member>;

    Value() noexcept = default;                                   // null
    Value(bool b) : data_(b) {}                                   // NOLINT(google-explicit-constructor)
    Value(std::int64_t n) : data_(n) {}                           // NOLINT(google-explicit-constructor)
    Value(int n) : data_(static_cast<std::int64_t>(n)) {}         // NOLINT(google-explicit-constructor)
    Value(unsigned n) : data_(static_cast<std::int64_t>(n)) {}    // NOLINT(google-explicit-constructor)
    Value(std::uint64_t n) : data_(static_cast<std::int64_t>(n)) {}  // NOLINT: sizes and counts stay below 2^63
    Value(double d) : data_(d) {}                                 // NOLINT(google-explicit-constructor)
    Value(std::string s) : data_(std::move(s)) {}                 // NOLINT(google-explicit-constructor)
    Value(std::string_view s) : data_(std::string(s)) {}          // NOLINT(google-explicit-constructor)
    Value(const char* s) : data_(std::string(s)) {}               // NOLINT(google-explicit-constructor)
    Value(Array a) : data_(std::move(a)) {}                       // NOLINT(google-explicit-constructor)
    Value(Object o) : data_(std::move(o)) {}                      // NOLINT(google-explicit-constructor)

    [[nodiscard]] static Value array() { return Value(Array{}); }
    [[nodiscard]] static Value object() { return Value(Object{}); }
    /// An array of them, in their order.
    [[nodiscard]] static Value array_of(const std::vector<std::string>& texts);

    [[nodiscard]] bool is_null() const noexcept { return data_.index() == 0; }
    [[nodiscard]] bool is_object() const noexcept { return std::holds_alternative<Object>(data_); }
    [[nodiscard]] bool is_array() const noexcept { return std::holds_alternative<Array>(data_); }
    [[nodiscard]] bool is_string() const noexcept { return std::holds_alternative<std::string>(data_); }
    [[nodiscard]] bool is_int() const noexcept { return std::holds_alternative<std::int64_t>(data_); }

    /// The content, or `otherwise` when the value is of another type: absent and mistyped members read alike.
    [[nodiscard]] std::string str(std::string_view otherwise = {}) const;
    [[nodiscard]] std::int64_t num(std::int64_t otherwise = 0) const noexcept;
    [[nodiscard]] double real(double otherwise = 0) const noexcept;
    [[nodiscard]] bool truth(bool otherwise = false) const noexcept;
    /// Elements of an array or members of an object; empty for every other type.
    [[nodiscard]] const Array& items() const noexcept;
    [[nodiscard]] const Object& members() const noexcept;

    /// The member of that name; a null value if there is none or this is no object.
    [[nodiscard]] const Value& operator[](std::string_view key) const noexcept;
    /// Sets a member; a null value becomes an object first. @return *this, so that calls chain
    Value& set(std::string_view key, Value value);
    /// Appends an element; a null value becomes an array first.
    Value& push(Value value);

    [[nodiscard]] const auto& data() const noexcept { return data_; }

private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> data_;
};

/// JSON text of `value`: one line when `indent` is negative. Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] JAILCTL_SDK_EXPORT std::string to_json(const Value& value, int indent = -1);
/// @throws Error damaged: not JSON, or nested deeper than 64
[[nodiscard]] JAILCTL_SDK_EXPORT Value parse_json(std::string_view text);

}  // namespace jailctl

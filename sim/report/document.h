#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace nzsim {

/// Reads documents that nzsim writes: `report.json` and what else is shown without simulating.

/// A value of a document with its JSON pointer. Accessors throw `InputError` there:
/// `FILE: /pointer: expected ..., got ...`. Neither the document nor `file` is copied.
class DocumentNode {
 public:
  using Json = nlohmann::json;

  DocumentNode(const Json& json, std::string pointer, const std::string& file);

  [[nodiscard]] DocumentNode member(const char* key) const;
  [[nodiscard]] bool has_member(const char* key) const;

  /// Bytes of a text that may be repeated in each row of a table: what is rendered stays linear in
  /// the size of the file.
  static constexpr std::size_t kMaximumTextBytes = 4096;

  [[nodiscard]] std::string text(std::size_t maximum_bytes = kMaximumTextBytes) const;
  [[nodiscard]] std::uint64_t count() const;
  [[nodiscard]] double number() const;
  [[nodiscard]] std::optional<double> number_or_null() const;
  /// A number that is not negative.
  [[nodiscard]] double quantity() const;
  [[nodiscard]] std::optional<double> quantity_or_null() const;
  [[nodiscard]] bool truth() const;
  [[nodiscard]] bool is_count() const { return json_->is_number_unsigned(); }
  [[nodiscard]] bool is_text() const { return json_->is_string(); }
  /// The value as indented JSON text.
  [[nodiscard]] std::string dump() const;
  /// Elements of an array.
  [[nodiscard]] std::size_t size() const;

  void for_each_element(const std::function<void(const DocumentNode&)>& read) const;
  void for_each_member(
      const std::function<void(const std::string&, const DocumentNode&)>& read) const;

  [[noreturn]] void fail(const std::string& expected, const std::string& got) const;
  [[noreturn]] void fail(const std::string& expected) const;

 private:
  const Json* json_;
  std::string pointer_;
  const std::string* file_;
};

/// Sees each key and value while a document is parsed; what it returns false for is left out.
using DocumentFilter =
    std::function<bool(int depth, nlohmann::json::parse_event_t event, nlohmann::json& parsed)>;

/// Parses `text`; `name` is the file in messages. Throws `InputError` for what is no JSON, holds
/// numbers beyond a double, or is nested deeper than any document of nzsim.
[[nodiscard]] nlohmann::json parse_document(std::string_view text, const std::string& name,
                                            const DocumentFilter& filter);

/// The member `schema` of the document `text`; nothing where it has none or is no JSON.
[[nodiscard]] std::optional<std::string> schema_of_document(std::string_view text);

/// A sentence for readers of a document that another version of nzsim wrote; empty for this one.
[[nodiscard]] std::string version_note(std::string_view nzsim_version);

}  // namespace nzsim

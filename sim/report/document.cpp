#include "sim/report/document.h"

#include <utility>

#include <fmt/format.h>

#include "sim/base/errors.h"

namespace nzsim {
namespace {

using Json = nlohmann::json;

/// Functions that walk a value call themselves.
constexpr int kMaximumDepth = 64;

}  // namespace

DocumentNode::DocumentNode(const Json& json, std::string pointer, const std::string& file)
    : json_(&json), pointer_(std::move(pointer)), file_(&file) {}

DocumentNode DocumentNode::member(const char* key) const {
  if (!json_->is_object()) fail("an object");
  const auto found = json_->find(key);
  if (found == json_->end()) fail(fmt::format("a member \"{}\"", key), "none");
  return {*found, fmt::format("{}/{}", pointer_, key), *file_};
}

bool DocumentNode::has_member(const char* key) const {
  if (!json_->is_object()) fail("an object");
  return json_->contains(key);
}

std::string DocumentNode::text(std::size_t maximum_bytes) const {
  if (!json_->is_string()) fail("a string");
  const std::string& text = json_->get_ref<const std::string&>();
  if (text.size() > maximum_bytes) {
    fail(fmt::format("a string of at most {} bytes", maximum_bytes),
         fmt::format("{}", text.size()));
  }
  return text;
}

std::uint64_t DocumentNode::count() const {
  if (!json_->is_number_unsigned()) fail("an integer of at least 0");
  return json_->get<std::uint64_t>();
}

double DocumentNode::number() const {
  if (!json_->is_number()) fail("a number");
  return json_->get<double>();
}

std::optional<double> DocumentNode::number_or_null() const {
  if (json_->is_null()) return {};
  if (!json_->is_number()) fail("a number or null");
  return json_->get<double>();
}

double DocumentNode::quantity() const {
  if (!json_->is_number() || !(json_->get<double>() >= 0.0)) fail("a number of at least 0");
  return json_->get<double>();
}

std::optional<double> DocumentNode::quantity_or_null() const {
  if (json_->is_null()) return {};
  if (!json_->is_number() || !(json_->get<double>() >= 0.0)) fail("a number of at least 0 or null");
  return json_->get<double>();
}

bool DocumentNode::truth() const {
  if (!json_->is_boolean()) fail("true or false");
  return json_->get<bool>();
}

std::string DocumentNode::dump() const {
  return json_->dump(2, ' ', false, Json::error_handler_t::replace);
}

std::size_t DocumentNode::size() const {
  if (!json_->is_array()) fail("an array");
  return json_->size();
}

void DocumentNode::for_each_element(const std::function<void(const DocumentNode&)>& read) const {
  if (!json_->is_array()) fail("an array");
  for (std::size_t index = 0; index < json_->size(); ++index) {
    read({(*json_)[index], fmt::format("{}/{}", pointer_, index), *file_});
  }
}

void DocumentNode::for_each_member(
    const std::function<void(const std::string&, const DocumentNode&)>& read) const {
  if (!json_->is_object()) fail("an object");
  for (const auto& [key, value] : json_->get_ref<const Json::object_t&>()) {
    read(key, {value, fmt::format("{}/{}", pointer_, key), *file_});
  }
}

void DocumentNode::fail(const std::string& expected, const std::string& got) const {
  throw InputError(*file_, pointer_, fmt::format("expected {}, got {}", expected, got));
}

void DocumentNode::fail(const std::string& expected) const {
  const bool is_container = json_->is_object() || json_->is_array();
  const std::string text = is_container
                               ? json_->type_name()
                               : json_->dump(-1, ' ', false, Json::error_handler_t::replace);
  constexpr std::size_t kLongestValue = 60;
  fail(expected, text.size() > kLongestValue ? text.substr(0, kLongestValue) + "..." : text);
}

Json parse_document(std::string_view text, const std::string& name, const DocumentFilter& filter) {
  try {
    return Json::parse(text, [&](int depth, Json::parse_event_t event, Json& parsed) {
      if (depth > kMaximumDepth) {
        throw InputError(
            name, "", fmt::format("expected values of at most {} levels, got more", kMaximumDepth));
      }
      return filter(depth, event, parsed);
    });
  } catch (const Json::parse_error& error) {
    throw InputError(name, fmt::format("byte {}", error.byte), "expected JSON, got a syntax error");
  } catch (const Json::exception&) {
    throw InputError(name, "", "expected numbers that fit a double, got a larger one");
  }
}

std::optional<std::string> schema_of_document(std::string_view text) {
  const DocumentFilter root_alone = [](int depth, Json::parse_event_t event, Json& parsed) {
    return depth == 0 ||
           (event == Json::parse_event_t::key ? parsed.get_ref<const std::string&>() == "schema"
                                              : depth == 1 && event == Json::parse_event_t::value);
  };
  try {
    const Json document = parse_document(text, "", root_alone);
    if (!document.is_object() || !document.contains("schema")) return {};
    const Json& schema = document["schema"];
    return schema.is_string() ? std::optional(schema.get<std::string>()) : std::nullopt;
  } catch (const InputError&) {
    // Whoever reads the document as what it is reports the error.
    return {};
  }
}

std::string version_note(std::string_view nzsim_version) {
  if (nzsim_version == NZSIM_VERSION) return "";
  return fmt::format(
      "Written by nzsim {}, shown by nzsim {}: numbers are those of the former's models.",
      nzsim_version, NZSIM_VERSION);
}

}  // namespace nzsim

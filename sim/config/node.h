#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nzsim {

class ConfigNode;

/// Files that documents have read, kept so that thousands of documents of one file read it once.
/// What changes on disk after the first reading is not seen.
class ConfigFiles {
 public:
  ConfigFiles();
  ConfigFiles(ConfigFiles&&) noexcept;
  ConfigFiles& operator=(ConfigFiles&&) noexcept;
  ~ConfigFiles();

  struct Entries;
  [[nodiscard]] Entries& entries() { return *entries_; }

 private:
  std::unique_ptr<Entries> entries_;
};

/// `--set /pointer=value`: `value` is JSON, or a string where it is no JSON. Objects on the way
/// that the file lacks are made; like any key they are errors where the reader does not know them.
struct Override {
  std::string pointer;
  std::string value;
};

/// Splits `text` (`/pointer=value`). Throws `ConfigError` with file `--set` where it has no such
/// form.
[[nodiscard]] Override parse_override(std::string_view text);

/// One configuration file of nzsim: the only way to JSON input.
///
/// A config struct has one function `from(ConfigNode&)` that names every key once, with its type,
/// range, default and description. The same function serves three purposes:
/// * reading: values are returned; errors (wrong type, out of range, missing, unknown key with "did
///   you mean") are collected, all of a file, and thrown together by `finish`;
/// * resolving: `resolved()` is the input with every default filled in;
/// * describing: run over a `describe()` document it records the keys; `schema()` is then their
///   JSON Schema (draft 7). So schema and reader cannot disagree.
///
/// Files may hold `//` and `/* */` comments, no trailing commas; duplicate keys are errors. Keys
/// `$schema`, `source` and `notes` are allowed in every object and ignored where nothing asks for
/// them. A file has at most 8 MiB, 64 levels of nesting and 1024 keys in one object.
///
/// Errors name the file that the value came from: the file itself, one that it extends, or `--set`.
class ConfigDocument {
 public:
  /// Reads `path`, follows `"extends": "NAME"` (a path beside the file, or NAME.json there; merged
  /// as RFC 7386 merge patch; a chain of at most 8 files, no cycle), applies `overrides` in order.
  /// An override below the name of a file at one of `included_keys` changes what that file says.
  /// `files`, where given, outlives the document. Throws `ConfigError` on unreadable files and on
  /// syntax errors (with line and column).
  [[nodiscard]] static ConfigDocument load(const std::filesystem::path& path,
                                           const std::vector<Override>& overrides = {},
                                           const std::vector<std::string>& included_keys = {},
                                           ConfigFiles* files = nullptr);

  /// The same from text; `name` is the file name in messages. `extends` is not followed: it is an
  /// unknown key.
  [[nodiscard]] static ConfigDocument parse(std::string_view text, std::string name);

  /// A document that is only described: accessors return placeholders and record their rules.
  [[nodiscard]] static ConfigDocument describe(std::string title);

  ConfigDocument(ConfigDocument&&) noexcept;
  ConfigDocument& operator=(ConfigDocument&&) noexcept;
  ~ConfigDocument();

  /// Where the value at top-level `key` is a name, or an object with `"extends": NAME`, puts the
  /// contents of that file in its place (merged with what it extends itself), the object's other
  /// keys merged over them. NAME is that of NAME.json in one of `directories`, the first that has
  /// it, or a path from this document's directory where it holds a slash or ends in `.json`. Does
  /// nothing while describing. Called between `load` and `root`. Throws `ConfigError` where there
  /// is no such file, with "did you mean" and the names.
  void include(std::string_view key, const std::vector<std::filesystem::path>& directories);

  /// The same for an object with `"extends": NAME` alone: a plain name stays one, for the reader.
  void include_extended(std::string_view key,
                        const std::vector<std::filesystem::path>& directories);

  /// The top object. A top value that is no object is recorded as an error.
  [[nodiscard]] ConfigNode root();

  /// File name as given, for messages and for paths relative to it.
  [[nodiscard]] const std::filesystem::path& path() const;

  /// Reports keys that no accessor asked for, then throws `ConfigError` (or `WorkloadError`) with
  /// all errors in the order of the document, if there are any. Does nothing while describing.
  void finish() const;
  void finish_workload() const;

  /// The document with defaults filled in and `extends` resolved, as indented JSON.
  [[nodiscard]] std::string resolved() const;

  /// JSON Schema draft 7 of everything that was described, as indented JSON.
  [[nodiscard]] std::string schema() const;

  struct State;

 private:
  explicit ConfigDocument(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// Rule of an integer key. Without `default_value` the key is required. As in JSON Schema a whole
/// number is an integer however it is written: `8`, `8.0` and `8e0` are one value.
struct IntegerRule {
  std::int64_t minimum = 0;
  std::int64_t maximum = INT64_MAX;
  std::optional<std::int64_t> default_value = {};
  std::string_view description = {};
};

/// Rule of a number key; limits are inclusive unless said otherwise. NaN and infinity do not exist
/// in JSON.
struct NumberRule {
  double minimum = 0.0;
  double maximum = 1e300;
  std::optional<double> default_value = {};
  std::string_view description = {};
  /// The value must lie above `minimum`.
  bool exclusive_minimum = false;
};

/// Rule of a string key.
struct TextRule {
  std::optional<std::string> default_value = {};
  std::string_view description = {};
  std::size_t maximum_length = 4096;
  bool may_be_empty = false;
};

/// Rule of a string key with few values; an unknown one gets "did you mean".
struct ChoiceRule {
  std::vector<std::string> options;
  std::optional<std::string> default_value = {};
  std::string_view description = {};
};

/// Rule of an array key.
struct ArrayRule {
  std::size_t minimum_size = 0;
  std::size_t maximum_size = 1'000'000;
  bool required = true;
  std::string_view description = {};
};

/// A cursor on one JSON object of a `ConfigDocument`. Cheap to copy; valid while the document
/// lives. Every accessor both reads and, in a described document, records the key. After an error
/// it returns the default or the minimum, so that reading goes on and finds the next error.
class ConfigNode {
 public:
  std::int64_t integer(std::string_view key, const IntegerRule& rule);
  double number(std::string_view key, const NumberRule& rule);
  bool boolean(std::string_view key, std::optional<bool> default_value,
               std::string_view description);
  std::string text(std::string_view key, const TextRule& rule);
  std::string choice(std::string_view key, const ChoiceRule& rule);

  /// A key without default that may be missing; `rule.default_value` has no meaning here.
  std::optional<std::int64_t> optional_integer(std::string_view key, const IntegerRule& rule);
  std::optional<double> optional_number(std::string_view key, const NumberRule& rule);
  std::optional<bool> optional_boolean(std::string_view key, std::string_view description);

  /// A key that must be `true`: it says something by being there.
  void marker(std::string_view key, std::string_view description);

  /// An integer, or `keyword` for which it returns no value (`"auto"`). The default is the keyword
  /// unless `rule` has one.
  std::optional<std::int64_t> integer_or(std::string_view key, std::string_view keyword,
                                         const IntegerRule& rule);

  /// A string where `key` holds a name, nothing where it holds an object (then read by `object`).
  /// For keys that take "a name or inline". Missing: `rule.default_value`, or an error. Nothing
  /// while describing, so that the object is described too.
  std::optional<std::string> name_or_object(std::string_view key, const TextRule& rule);

  /// The same where `ConfigDocument::include_extended` has put in place what the object extends:
  /// the schema allows an object that states only what differs.
  std::optional<std::string> name_or_extended_object(std::string_view key, const TextRule& rule);

  /// An integer, or an object that `read` reads: then no value is returned.
  std::optional<std::int64_t> integer_or_object(std::string_view key, const IntegerRule& rule,
                                                const std::function<void(ConfigNode&)>& read);
  /// One of few words, or an object that `read` reads: then no value is returned.
  std::optional<std::string> choice_or_object(std::string_view key, const ChoiceRule& rule,
                                              const std::function<void(ConfigNode&)>& read);

  /// Calls `read` with the object at `key`. A missing optional object is read as `{}`, so that the
  /// defaults of its keys are echoed; the schema requires it where one of its keys is required.
  void object(std::string_view key, bool required, std::string_view description,
              const std::function<void(ConfigNode&)>& read);

  /// Calls `read` with the object at `key`, only where it is there; always while describing.
  /// Returns whether it was called.
  bool optional_object(std::string_view key, std::string_view description,
                       const std::function<void(ConfigNode&)>& read);

  /// The same for a key of the top object that `ConfigDocument::include` has put in place: the
  /// schema allows a name, and an object that extends one.
  bool included_object(std::string_view key, std::string_view description,
                       const std::function<void(ConfigNode&)>& read);

  /// Calls `read` with each element, all of which must be objects.
  void objects(std::string_view key, const ArrayRule& rule,
               const std::function<void(ConfigNode&)>& read);

  /// Calls `read(name, object)` for each member of the object at `key`, whose names are free.
  void named_objects(std::string_view key, bool required, std::string_view description,
                     const std::function<void(const std::string&, ConfigNode&)>& read);

  /// Calls `read_text` or `read_object` with each element of the array at `key`: strings that keep
  /// `element`, or objects.
  void texts_or_objects(std::string_view key, const ArrayRule& rule, const TextRule& element,
                        const std::function<void(const std::string&)>& read_text,
                        const std::function<void(ConfigNode&)>& read_object);

  /// Reads each member of the object at `key`, whose names are free: `read_array(map, name,
  /// values)` where it is an array within `array` of strings, numbers, booleans and objects, given
  /// as JSON text; `read_object(name, object)` where it is an object. `map` is the object at `key`.
  void named_arrays_or_objects(
      std::string_view key, const ArrayRule& array, std::string_view description,
      const std::function<void(ConfigNode&, const std::string&, std::vector<std::string>)>&
          read_array,
      const std::function<void(const std::string&, ConfigNode&)>& read_object);

  /// Arrays of plain values; `rule` of the elements, without default.
  std::vector<std::int64_t> integers(std::string_view key, const ArrayRule& array,
                                     const IntegerRule& element);
  std::vector<double> numbers(std::string_view key, const ArrayRule& array,
                              const NumberRule& element);
  std::vector<std::string> texts(std::string_view key, const ArrayRule& array,
                                 const TextRule& element);

  /// Exactly one of `keys` must be there (at most one where it is not `required`): calls `read`
  /// with it. While describing, calls `read` once per key, each recorded as a branch of the schema.
  void one_of(const std::vector<std::string>& keys, bool required,
              const std::function<void(const std::string& key)>& read);

  /// A discriminator: `key` holds one of `rule.options`, and the rest of the object depends on it.
  /// Calls `read(option)` once with the value; not where the value is wrong, for then the other
  /// keys cannot be judged. While describing, once per option, each recorded as a branch of the
  /// schema.
  void variant(std::string_view key, const ChoiceRule& rule,
               const std::function<void(const std::string& option)>& read);

  /// Whether the key is in the file. Always false while describing.
  [[nodiscard]] bool has(std::string_view key) const;

  /// Records an error at `key` (or at this object where `key` is empty) that no rule can express:
  /// `expected ..., got ...`. Left out where the value at `key` has broken its rule already.
  void fail(std::string_view key, std::string message);

  /// Whether nothing at or below `key` (this object where `key` is empty) has an error so far: a
  /// check across keys makes sense only then.
  [[nodiscard]] bool valid(std::string_view key = {}) const;

  /// Pointer of this object within its file.
  [[nodiscard]] const std::string& pointer() const { return pointer_; }
  /// Whether the document is only described, so that cross-checks of values make no sense.
  [[nodiscard]] bool describing() const;
  /// The file, as `ConfigDocument::path`.
  [[nodiscard]] const std::filesystem::path& file() const;
  /// Directory that relative file names of this document start from.
  [[nodiscard]] std::filesystem::path directory() const;

 private:
  friend class ConfigDocument;
  struct Access;
  ConfigNode(ConfigDocument::State& state, std::string pointer);

  ConfigDocument::State* state_;
  std::string pointer_;
};

/// The candidate nearest to `word` by edit distance, for "did you mean"; empty where none is near.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       const std::vector<std::string>& candidates);

}  // namespace nzsim

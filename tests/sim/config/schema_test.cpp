#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "sim/base/errors.h"
#include "sim/config/node.h"
#include "sim/workload/network.h"

namespace nzsim {
namespace {

using nlohmann::json;
using Reader = std::function<void(ConfigNode&)>;

json schema_of(const Reader& read) {
  ConfigDocument document = ConfigDocument::describe("test");
  ConfigNode root = document.root();
  read(root);
  EXPECT_NO_THROW(document.finish());
  return json::parse(document.schema());
}

/// An independent validator of a reader's schema.
class SchemaValidator {
 public:
  explicit SchemaValidator(const json& schema) {
    const valijson::adapters::NlohmannJsonAdapter adapter(schema);
    valijson::SchemaParser().populateSchema(adapter, schema_);
  }

  [[nodiscard]] bool accepts(const json& document) const {
    const valijson::adapters::NlohmannJsonAdapter target(document);
    return valijson::Validator(valijson::Validator::kStrongTypes)
        .validate(schema_, target, nullptr);
  }

 private:
  valijson::Schema schema_;
};

/// The error lines of `read`, empty where it accepts `document`.
std::string errors_of(const Reader& read, const json& document) {
  ConfigDocument parsed = ConfigDocument::parse(document.dump(), "m.json");
  ConfigNode root = parsed.root();
  read(root);
  try {
    parsed.finish();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return {};
}

/// Uses every accessor, nested in every way that the readers of nzsim nest them.
void read_everything(ConfigNode& node) {
  node.text("name", {.description = "Name.", .maximum_length = 12});
  node.number("clock_mhz", {.minimum = 0.5, .maximum = 1e5, .exclusive_minimum = true});
  node.boolean("double_buffering", std::nullopt, "");
  node.choice("dataflow", {.options = {"weight", "output"}, .default_value = "weight"});
  node.integer_or("fraction_bits", "auto", {.minimum = -15, .maximum = 15});
  node.optional_integer("seed", {.maximum = 1000});
  node.optional_boolean("checked", "");
  node.object("sram", false, "", [](ConfigNode& sram) {
    sram.integer("width_bits", {.minimum = 8, .maximum = 4096, .default_value = 64});
    sram.object("pointer", false, "", [](ConfigNode& pointer) {
      pointer.integer("bytes", {.minimum = 1, .default_value = 2});
    });
  });
  node.object("queue", false, "", [](ConfigNode& queue) { queue.integer("depth", {}); });
  node.optional_object("memory", "", [](ConfigNode& memory) {
    memory.integer("channels", {.minimum = 1, .maximum = 8});
  });
  if (!node.name_or_object("energy", {.maximum_length = 12})) {
    node.object("energy", true, "", [](ConfigNode& energy) {
      energy.objects("entries", {.minimum_size = 1, .maximum_size = 3}, [](ConfigNode& entry) {
        entry.text("action", {});
        entry.one_of({"picojoules", "milliwatts"}, true, [&](const std::string& key) {
          entry.number(key, {.maximum = 100.0});
          if (key == "milliwatts") entry.boolean("gated", false, "");
        });
      });
    });
  }
  node.integer_or_object(
      "kernel", {.minimum = 1, .maximum = 9, .default_value = 1},
      [](ConfigNode& extent) { extent.integer("height", {.minimum = 1, .maximum = 9}); });
  node.choice_or_object("spread", {.options = {"none", "even"}},
                        [](ConfigNode& spread) { spread.number("rows", {.maximum = 1.0}); });
  node.integers("depths", {.minimum_size = 1, .maximum_size = 4}, {.minimum = 1, .maximum = 64});
  node.numbers("ratios", {.required = false}, {.maximum = 1.0});
  node.texts("names", {.maximum_size = 2}, {.maximum_length = 3});
  node.named_objects("axes", true, "", [](const std::string&, ConfigNode& axis) {
    axis.variant("scale", {.options = {"linear", "log"}, .default_value = "linear"},
                 [&](const std::string& scale) {
                   axis.integer("points", {.minimum = 1});
                   if (scale == "linear") axis.number("step", {.maximum = 10.0});
                   if (scale == "log") {
                     axis.one_of({"factor", "decades"}, false, [&](const std::string& key) {
                       axis.integer(key, {.minimum = 1, .maximum = 10});
                     });
                   }
                 });
  });
  node.one_of({"always", "never"}, false, [&](const std::string& key) {
    if (key == "always") node.marker("always", "");
    if (key == "never") node.integer("never", {.maximum = 3});
  });
}

const json kEverything = json::parse(R"({
  "name": "m", "clock_mhz": 800, "double_buffering": true, "dataflow": "output",
  "fraction_bits": 3, "seed": 4, "checked": false, "sram": {"width_bits": 64, "pointer": {"bytes": 9}},
  "queue": {"depth": 8}, "memory": {"channels": 2},
  "energy": {"entries": [{"action": "read", "picojoules": 1.5},
                         {"action": "idle", "milliwatts": 2, "gated": true}]},
  "kernel": {"height": 3}, "spread": {"rows": 0.5}, "depths": [1, 8, 64], "ratios": [0.25],
  "names": ["a", "bcd"],
  "axes": {"/a": {"points": 3, "step": 2}, "/b": {"scale": "log", "points": 4, "factor": 2},
           "/c": {"scale": "linear", "points": 5, "step": 1}},
  "always": true, "notes": "n"
})");

/// Networks are checked across keys too; see `is_about_a_cross_check`.
void read_network(ConfigNode& node) { (void)network_from(node); }

const json kNetwork = json::parse(R"({
  "name": "n", "description": "", "source": "s",
  "layers": [
    {"name": "c", "type": "convolution", "input": {"channels": 2, "height": 30, "width": 30},
     "output_channels": 4, "kernel": {"height": 3, "width": 3}, "stride": 1, "padding": 1,
     "groups": 1, "batch": 1, "activation": "relu",
     "weights": {"synthetic": {"density": 0.5, "codebook_entries": 4, "seed": 3,
       "distribution": {"uneven": {"row_spread": 0.5, "column_spread": 0.25}}}},
     "activations": {"synthetic": {"density": 0.5, "distribution": "uniform", "signed": true}}},
    {"name": "p", "type": "pooling", "kind": "maximum", "kernel": 2, "stride": 2, "padding": 0,
     "ceil_mode": false},
    {"name": "d", "type": "convolution", "output_channels": 4, "kernel": 1, "from": ["p"],
     "relu_on_input": true, "weights": {"file": "d.npz"}},
    {"name": "g", "type": "pooling", "kind": "average", "global": true, "from": ["p", "d"]},
    {"name": "f", "type": "fully_connected", "outputs": 3,
     "weights": {"synthetic": {"density": 1, "distribution": "uniform"}}}
  ]
})");

const json kDenseNetwork = json::parse(R"({
  "layers": [
    {"name": "e", "type": "normalization", "kind": "layer_normalization", "groups": 1,
     "input": {"channels": 4, "height": 6, "width": 1},
     "activations": {"synthetic": {"density": 1}}},
    {"name": "q", "type": "fully_connected", "inputs": 4, "outputs": 8, "rows": 6,
     "activation": "gelu", "weights": {"file": "q.npz"}},
    {"name": "m", "type": "matmul", "heads": 2, "rows": 6, "inner": 4, "columns": 6,
     "transpose_second": true, "from": ["q", "q"]},
    {"name": "s", "type": "normalization", "kind": "softmax", "groups": 2},
    {"name": "l", "type": "lstm", "outputs": 4, "steps": 6, "weights": {"file": "l.npz"}},
    {"name": "g", "type": "gru", "inputs": 4, "outputs": 4, "steps": 6,
     "weights": {"file": "g.npz"}},
    {"name": "a", "type": "elementwise", "operation": "add", "from": ["l", "g"],
     "activation": "tanh"},
    {"name": "c", "type": "convolution", "output_channels": 2, "kernel": {"height": 2, "width": 1},
     "dilation": {"height": 2, "width": 1}, "weights": {"file": "c.npz"}},
    {"name": "r", "type": "activation", "activation": "sigmoid"}
  ]
})");

/// Random changes of a document, most of which break a rule.
class Mutator {
 public:
  explicit Mutator(std::uint32_t seed) : random_(seed) {}

  json mutated(json document) {
    for (std::size_t change = 1 + below(2); change > 0; --change) mutate(document);
    return document;
  }

 private:
  std::size_t below(std::size_t limit) { return random_() % limit; }

  /// Adds the pointers of all values below `value`, which is at `at`.
  static void add_places(const json& value, const json::json_pointer& at,
                         std::vector<json::json_pointer>& places) {
    if (!value.is_structured()) return;
    for (const auto& [key, member] : value.items()) {
      places.push_back(value.is_array() ? at / std::stoul(key) : at / key);
      add_places(member, json::json_pointer(places.back()), places);
    }
  }

  void mutate(json& document) {
    std::vector<json::json_pointer> pointers;
    add_places(document, json::json_pointer(), pointers);
    if (pointers.empty()) return;
    const json::json_pointer at = pointers[below(pointers.size())];
    json& value = document[at];
    json& parent = document[at.parent_pointer()];
    const std::string key = at.back();
    switch (below(5)) {
      case 0:
        erase(parent, key);
        break;
      case 1:
        value = replacement();
        break;
      case 2:
        scale(value);
        break;
      case 3:
        rename(parent, key);
        break;
      default:
        insert(parent);
        break;
    }
  }

  static void erase(json& parent, const std::string& key) {
    if (parent.is_array()) {
      parent.erase(std::stoul(key));
    } else {
      parent.erase(key);
    }
  }

  json replacement() {
    static const json kValues = json::parse(R"([-1, 0, 1, 3, 100000, 99999999999, -0.5, 0.5, 2.5,
        "", "mutant", "auto", "log", "linear", "none", "pooling", true, false, null, [], {}, [1],
        ["a"], {"x": 1}, {"height": 2}, {"bytes": 3}])");
    return kValues[below(kValues.size())];
  }

  void scale(json& value) {
    static constexpr std::array<std::int64_t, 5> kFactors{-1, 0, 2, 16, 100000};
    if (value.is_number_integer()) value = value.get<std::int64_t>() * kFactors[below(5)];
  }

  void rename(json& parent, const std::string& key) {
    if (!parent.is_object()) return;
    json value = parent[key];
    parent.erase(key);
    parent[key + "x"] = std::move(value);
  }

  void insert(json& parent) {
    static const std::array<const char*, 14> kKeys{
        "extra", "notes",  "source",  "kernel", "global", "from",       "activations",
        "never", "always", "decades", "step",   "gated",  "milliwatts", "rows"};
    if (parent.is_object()) parent[kKeys[below(kKeys.size())]] = replacement();
  }

  std::mt19937 random_;
};

/// Counts of a comparison, to show that both verdicts occurred.
struct Verdicts {
  int accepted = 0;
  int refused = 0;
};

Verdicts compare(const Reader& read, const json& valid, int count,
                 const std::function<bool(const json&, const std::string&)>& skip) {
  const SchemaValidator schema(schema_of(read));
  EXPECT_EQ(errors_of(read, valid), "");
  EXPECT_TRUE(schema.accepts(valid));
  Mutator mutator(20160618);
  Verdicts verdicts;
  for (int index = 0; index < count; ++index) {
    const json document = mutator.mutated(valid);
    const std::string errors = errors_of(read, document);
    if (skip(document, errors)) continue;
    EXPECT_EQ(schema.accepts(document), errors.empty()) << document.dump() << "\n" << errors;
    ++(errors.empty() ? verdicts.accepted : verdicts.refused);
  }
  return verdicts;
}

TEST(ConfigSchema, AgreesWithTheReaderOnRandomDocuments) {
  const Verdicts verdicts = compare(read_everything, kEverything, 5'000,
                                    [](const json&, const std::string&) { return false; });
  EXPECT_GT(verdicts.accepted, 250);
  EXPECT_GT(verdicts.refused, 250);
}

/// Whether every error is one that no single key can show: shapes, names and chains.
bool is_about_cross_checks(const std::string& errors) {
  static const std::vector<std::string> kMessages{
      "that no other feeds", "no layer is before",   "the outputs it takes", "two layers",
      "no layer before has", "the padded input",     "less than the kernel", "a divisor of",
      "belong to the type",  "outputs of one shape", "does nothing else",    "as the",
      "the batch of",        "one height and width", "layers before this",   "at most 2147483648"};
  std::size_t start = 0;
  while (start < errors.size()) {
    const std::size_t end = std::min(errors.find('\n', start), errors.size());
    const std::string line = errors.substr(start, end - start);
    const bool is_one = std::any_of(
        kMessages.begin(), kMessages.end(),
        [&](const std::string& message) { return line.find(message) != std::string::npos; });
    if (!is_one) return false;
    start = end + 1;
  }
  return !errors.empty();
}

TEST(NetworkSchema, AgreesWithTheReaderOnRandomNetworks) {
  const Verdicts verdicts =
      compare(read_network, kNetwork, 5'000,
              [](const json&, const std::string& errors) { return is_about_cross_checks(errors); });
  EXPECT_GT(verdicts.accepted, 250);
  EXPECT_GT(verdicts.refused, 250);
}

TEST(NetworkSchema, AgreesWithTheReaderOnRandomDenseNetworks) {
  const Verdicts verdicts =
      compare(read_network, kDenseNetwork, 5'000,
              [](const json&, const std::string& errors) { return is_about_cross_checks(errors); });
  EXPECT_GT(verdicts.accepted, 250);
  EXPECT_GT(verdicts.refused, 250);
}

TEST(ConfigSchema, StatesTypesRangesDefaultsAndDescriptions) {
  const json schema = schema_of([](ConfigNode& node) {
    node.integer("depth", {.minimum = 1,
                           .maximum = 4096,
                           .default_value = 8,
                           .description = "Entries of the queue."});
    node.number("density", {.maximum = 1.0, .description = "Share.", .exclusive_minimum = true});
  });
  EXPECT_EQ(schema["$schema"], "http://json-schema.org/draft-07/schema#");
  EXPECT_EQ(schema["title"], "test");
  EXPECT_EQ(schema["else"], json::parse(R"({
    "type": "object",
    "properties": {
      "depth": {"type": "integer", "minimum": 1, "maximum": 4096, "default": 8,
                "description": "Entries of the queue."},
      "density": {"type": "number", "exclusiveMinimum": 0.0, "maximum": 1.0,
                  "description": "Share."},
      "$schema": true, "source": true, "notes": true
    },
    "required": ["density"],
    "additionalProperties": false
  })"));
}

TEST(ConfigSchema, OfAVariantHasOneBranchPerOption) {
  const json schema = schema_of([](ConfigNode& node) {
    node.variant("type", {.options = {"dense", "sparse"}}, [&](const std::string& type) {
      if (type == "dense") node.boolean("padded", true, "");
      if (type == "sparse") node.boolean("sorted", std::nullopt, "");
    });
  });
  EXPECT_EQ(schema["else"]["required"], json::parse(R"(["type"])"));
  EXPECT_EQ(schema["else"]["properties"]["type"], json::parse(R"({"enum": ["dense", "sparse"]})"));
  EXPECT_EQ(schema["else"]["allOf"], json::parse(R"([
    {"if": {"properties": {"type": {"const": "dense"}}, "required": ["type"]},
     "then": {"properties": {"padded": {"type": "boolean", "default": true}, "sorted": false}}},
    {"if": {"properties": {"type": {"const": "sparse"}}, "required": ["type"]},
     "then": {"properties": {"sorted": {"type": "boolean"}, "padded": false},
              "required": ["sorted"]}}
  ])"));
}

TEST(ConfigSchema, OfAnExtendingFileRequiresNothing) {
  const SchemaValidator schema(schema_of(read_everything));
  EXPECT_TRUE(schema.accepts(json::parse(R"({"extends": "base", "seed": 3})")));
  EXPECT_TRUE(schema.accepts(json::parse(R"({"extends": "base", "queue": {}, "seed": null})")));
  EXPECT_FALSE(schema.accepts(json::parse(R"({"seed": 3})")));
  EXPECT_FALSE(schema.accepts(json::parse(R"({"extends": "base", "seeds": 3})")));
  EXPECT_FALSE(schema.accepts(json::parse(R"({"extends": "base", "seed": "x"})")));
  EXPECT_FALSE(schema.accepts(json::parse(R"({"extends": 3})")));
}

TEST(ConfigSchema, RequiresAnOptionalObjectThatHasARequiredKey) {
  json document = kEverything;
  document.erase("queue");
  EXPECT_EQ(errors_of(read_everything, document),
            "m.json: /queue/depth: expected an integer in [0, 2^63 - 1], got nothing");
  EXPECT_FALSE(SchemaValidator(schema_of(read_everything)).accepts(document));
}

TEST(ConfigSchema, AcceptsEveryWayToWriteAWholeNumberAsTheReaderDoes) {
  const Reader read = [](ConfigNode& node) { node.integer("n", {.maximum = 9}); };
  EXPECT_EQ(errors_of(read, json::parse(R"({"n": 8.0})")), "");
  EXPECT_EQ(schema_of(read)["else"]["properties"]["n"]["type"], "integer");
}

}  // namespace
}  // namespace nzsim

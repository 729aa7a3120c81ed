#include <algorithm>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <string_view>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/config/messages.h"
#include "sim/config/parse.h"
#include "sim/run/sweep/axis.h"
#include "sim/run/sweep/plan.h"
#include "sim/run/sweep/text_file.h"

namespace nzsim::sweep {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSchema = "nzsim.sweep/1";
constexpr const char* kPlanName = "plan.jsonl";
constexpr const char* kSweepName = "sweep.json";

std::string quoted(const std::string& text) { return Json(text).dump(); }

/// Gives the lines of `plan.jsonl` one after the other: of millions of points no text is kept.
void for_each_line(const Plan& plan, const std::function<void(std::string_view)>& visit) {
  std::string text;
  std::vector<std::string> names;
  for (const Axis& axis : plan.config.axes) names.push_back(quoted(axis.name));
  for (const Point& point : plan.points) {
    text.clear();
    fmt::format_to(std::back_inserter(text),
                   R"({{"index":{},"key":"{}","workload":{},"program":{},"values":{{)", point.index,
                   point.key, point.workload, point.program);
    for (std::size_t axis = 0; axis < names.size(); ++axis) {
      fmt::format_to(std::back_inserter(text), "{}{}:{}", axis == 0 ? "" : ",", names[axis],
                     point.values[axis]);
    }
    text += "}}\n";
    visit(text);
  }
}

std::string digest_of(const Plan& plan) {
  Sha256 hash;
  for_each_line(plan, [&](std::string_view line) { hash.add(line); });
  return hash.digest();
}

std::string sweep_text(const Plan& plan, const std::string& digest) {
  Json sweep;
  sweep["schema"] = kSchema;
  sweep["nzsim_version"] = NZSIM_VERSION;
  sweep["file"] = fs::absolute(plan.config.path).lexically_normal().string();
  sweep["points"] = plan.points.size();
  sweep["excluded"] = plan.excluded;
  sweep["plan_sha256"] = digest;
  sweep["sweep"] = Json::parse(plan.config.resolved);
  return sweep.dump(2) + "\n";
}

/// What `sweep.json` says beside the sweep itself.
struct Header {
  std::uint64_t points = 0;
  std::uint64_t excluded = 0;
  std::string digest;
};

std::uint64_t count_from(ConfigNode& root, std::string_view key) {
  return static_cast<std::uint64_t>(
      root.integer(key, {.maximum = static_cast<std::int64_t>(kMostPoints), .description = {}}));
}

/// Reads `sweep.json` into `config`.
Header read_header(const fs::path& path, SweepConfig& config) {
  ConfigDocument document = ConfigDocument::load(path);
  ConfigNode root = document.root();
  static_cast<void>(root.choice("schema", {.options = {kSchema}}));
  const std::string version = root.text("nzsim_version", {.description = {}});
  if (root.valid() && version != NZSIM_VERSION) {
    throw ConfigError(path.string(), "/nzsim_version",
                      fmt::format("expected a plan of nzsim {}, got one of {}: plan the sweep "
                                  "again in a new directory",
                                  NZSIM_VERSION, version));
  }
  Header header;
  const std::string file = root.text("file", {.description = {}});
  header.points = count_from(root, "points");
  header.excluded = count_from(root, "excluded");
  header.digest = root.text("plan_sha256", {.description = {}});
  root.object("sweep", true, {}, [&](ConfigNode& node) { config = sweep_from(node); });
  document.finish();
  config.path = file;
  config.resolved = Json::parse(document.resolved()).at("sweep").dump(2);
  return header;
}

/// Reads the lines of a plan, each checked against those before it.
class LineReader {
 public:
  LineReader(fs::path path, const SweepConfig& config) : path_(std::move(path)), config_(config) {
    for (const Axis& axis : config.axes) {
      std::unordered_set<std::string>& known = values_.emplace_back();
      for (const std::string& value : axis.values) known.insert(value);
    }
  }

  PointList read() {
    std::ifstream stream(path_, std::ios::binary);
    if (!stream) {
      const bool is_there = fs::exists(path_);
      throw InputError(
          path_.string(), "",
          is_there ? "expected a readable file" : "expected a file, got nothing there");
    }
    PointList points;
    for (std::string text; std::getline(stream, text); ++line_) {
      if (stream.eof()) fail("a line feed at its end", "none");
      hash_.add(text);
      hash_.add("\n");
      points.push_back(read_line(text));
    }
    return points;
  }

  /// SHA-256 of what was read.
  [[nodiscard]] std::string digest() { return hash_.digest(); }

 private:
  Point read_line(std::string_view text) {
    const Json line = parse(text);
    constexpr std::string_view kKeys[] = {"index", "key", "workload", "program", "values"};
    const auto is_next = [](const auto& member, std::string_view key) { return member == key; };
    std::vector<std::string> keys;
    if (line.is_object()) {
      for (const auto& [key, value] : line.items()) keys.push_back(key);
    }
    if (!std::equal(keys.begin(), keys.end(), std::begin(kKeys), std::end(kKeys), is_next)) {
      fail("an object of index, key, workload, program and values", "another");
    }
    Point point;
    point.index = integer(line, "index", line_, line_);
    point.key = key_of(line.at("key"));
    point.workload = integer(line, "workload", 0, config_.workloads.size() - 1);
    point.program = integer(line, "program", 0, programs_);
    if (point.program == programs_) ++programs_;
    point.values = values_of(line.at("values"));
    return point;
  }

  Json parse(std::string_view text) const {
    try {
      return parse_json(text, path_.string()).value;
    } catch (const ConfigError& error) {
      throw ConfigError(path_.string(), place(), error.diagnostics().front().message);
    }
  }

  std::uint64_t integer(const Json& line, const char* key, std::uint64_t minimum,
                        std::uint64_t maximum) const {
    const Json& value = line.at(key);
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() < minimum ||
        value.get<std::uint64_t>() > maximum) {
      fail(fmt::format("{} an integer in [{}, {}]", key, minimum, maximum), describe_value(&value));
    }
    return value.get<std::uint64_t>();
  }

  std::string key_of(const Json& value) {
    const std::string text = value.is_string() ? value.get<std::string>() : "";
    const std::optional<PointKey> key = PointKey::parse(text);
    if (!key || !keys_.insert(*key).second) {
      fail("a key of 32 hexadecimal digits that no line before has", describe_value(&value));
    }
    return text;
  }

  std::vector<std::string> values_of(const Json& line) const {
    std::vector<std::string> values;
    const bool has_all = line.is_object() && line.size() == config_.axes.size();
    if (!has_all) fail(fmt::format("values of {} axes", config_.axes.size()), "others");
    std::size_t index = 0;
    for (const auto& [name, value] : line.items()) {
      values.push_back(value.dump());
      if (name != config_.axes[index].name || !values_[index].contains(values.back())) {
        fail(fmt::format("a value of the axis {}", in_quotes(config_.axes[index].name)),
             fmt::format("{} of {}", describe_value(&value), in_quotes(name)));
      }
      ++index;
    }
    return values;
  }

  [[nodiscard]] std::string place() const { return fmt::format("line {}", line_ + 1); }

  [[noreturn]] void fail(const std::string& expected, const std::string& got) const {
    throw ConfigError(path_.string(), place(), fmt::format("expected {}, got {}", expected, got));
  }

  fs::path path_;
  const SweepConfig& config_;
  std::vector<std::unordered_set<std::string>> values_;
  std::unordered_set<PointKey, PointKeyHash> keys_;
  Sha256 hash_;
  std::uint64_t line_ = 0;
  std::uint64_t programs_ = 0;
};

void make_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) {
    throw InputError(directory.string(), "", "cannot create the directory: " + error.message());
  }
}

/// Throws where `directory` holds another plan than the one with this sweep and `digest`.
void require_same(const Plan& plan, const std::string& digest, const fs::path& directory) {
  const fs::path path = directory / kSweepName;
  SweepConfig planned;
  const Header header = read_header(path, planned);
  const std::string file = plan.config.path.string();
  if (Json::parse(planned.resolved) != Json::parse(plan.config.resolved)) {
    throw ConfigError(
        path.string(), "/sweep",
        fmt::format("expected the sweep of {}, got another: name another directory", file));
  }
  if (header.digest != digest) {
    throw ConfigError((directory / kPlanName).string(), "",
                      fmt::format("expected the points of {}, got others: a machine, network, "
                                  "memory or energy table has changed since; name another "
                                  "directory",
                                  file));
  }
}

}  // namespace

void write_plan(const Plan& plan, const fs::path& directory) {
  const std::string digest = digest_of(plan);
  std::error_code error;
  if (fs::exists(directory / kSweepName, error)) {
    require_same(plan, digest, directory);
    return;
  }
  // The second file says that the first one is complete.
  make_directory(directory);
  TextFile file(directory / kPlanName);
  for_each_line(plan, [&](std::string_view line) { file.write(line); });
  file.finish();
  write_file(directory / kSweepName, sweep_text(plan, digest));
}

Plan read_plan(const fs::path& directory) {
  Plan plan;
  const Header header = read_header(directory / kSweepName, plan.config);
  const fs::path path = directory / kPlanName;
  LineReader reader(path, plan.config);
  plan.points = reader.read();
  plan.excluded = header.excluded;
  if (plan.points.size() != header.points || reader.digest() != header.digest) {
    throw ConfigError(path.string(), "",
                      fmt::format("expected the {} points that {} was written with, got others",
                                  header.points, kSweepName));
  }
  return plan;
}

}  // namespace nzsim::sweep

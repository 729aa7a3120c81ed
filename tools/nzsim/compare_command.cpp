#include <filesystem>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "tools/nzsim/arguments.h"
#include "tools/nzsim/catalogue.h"
#include "tools/nzsim/commands.h"
#include "tools/nzsim/compare/comparison_view.h"
#include "tools/nzsim/comparison_inputs.h"

namespace nzsim::cli {
namespace {

namespace fs = std::filesystem;

/// Finds out before the simulation whether `--out` can be a directory.
void check_directory(const Arguments& arguments) {
  std::error_code error;
  const auto path = arguments.text("out");
  if (path && fs::exists(*path, error) && !fs::is_directory(*path, error)) {
    throw InputError("--out", "", fmt::format("expected a directory, got the file {}", *path));
  }
}

int compare(const Arguments& arguments) {
  check_directory(arguments);
  const ComparisonInputs inputs =
      load_comparison_inputs(find_file(Shelf::comparisons, arguments.required(0)));
  const compare::Results results =
      compare::compare(inputs.comparison, inputs.entries, !arguments.flag("no-values"));
  const std::string json = to_json(results);
  if (const auto directory = arguments.text("out")) {
    write_file(fs::path(*directory) / "comparison.json", json);
  }
  fmt::print("{}", arguments.flag("json") ? json : text_of(compare::read_comparison(json, "comparison.json")));
  for (const std::string& difference : results.differences) {
    fmt::print(stderr, "values differ from the independent computation: {}\n", difference);
  }
  return results.differences.empty() ? 0 : 1;
}

}  // namespace

Command compare_command() {
  return {
      .name = "compare",
      .summary = "Put machines and platforms side by side over workloads, on one roofline.",
      .positionals = {{"COMPARISON"}},
      .options = {{"out", "DIR", "write comparison.json there"},
                  {"json", "", "print that document and nothing else"},
                  {"no-values", "", "timing and counters alone, no outputs"}},
      .example =
          "nzsim compare eie-fc-layers\n"
          "nzsim compare tpu-applications --no-values --out out/tpu",
      .handler = compare,
  };
}

}  // namespace nzsim::cli

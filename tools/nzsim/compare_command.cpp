#include <filesystem>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "tools/nzsim/arguments.h"
#include "tools/nzsim/catalogue.h"
#include "tools/nzsim/commands.h"
#include "tools/nzsim/compare/comparison_view.h"
#include "tools/nzsim/comparison_files.h"
#include "tools/nzsim/comparison_inputs.h"

namespace nzsim::cli {
namespace {

namespace fs = std::filesystem;

/// Without `--out` there is no page that could be plain.
void check_plain(const Arguments& arguments) {
  if (!arguments.flag("plain") || arguments.text("out")) return;
  throw InputError("--plain", "", "expected --out, into which the page is written, got none");
}

int compare(const Arguments& arguments) {
  const std::optional<fs::path> directory = arguments.directory("out");
  check_plain(arguments);
  const ComparisonInputs inputs =
      load_comparison_inputs(find_file(Shelf::comparisons, arguments.required(0)));
  const compare::Results results =
      compare::compare(inputs.comparison, inputs.entries, !arguments.flag("no-values"));
  const std::string json = to_json(results);
  const bool is_json = arguments.flag("json");
  fmt::print("{}", is_json ? json : text_of(compare::read_comparison(json, "comparison.json")));
  if (directory) {
    const fs::path document = *directory / "comparison.json";
    write_file(document, json);
    const fs::path page = write_comparison_page(document, arguments.flag("plain"));
    if (!is_json) fmt::print("page: {}\n", page.string());
  }
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
      .options = {{"out", "DIR",
                   "write comparison.json and the page comparison.html there; nzsim report DIR "
                   "shows them again"},
                  {"json", "", "print that document and nothing else"},
                  {"plain", "", "the page with plain SVG charts, without the chart library"},
                  {"no-values", "", "timing and counters alone, no outputs"}},
      .example =
          "nzsim compare eie-fc-layers --out out/eie\n"
          "nzsim compare tpu-applications --no-values --out out/tpu",
      .handler = compare,
  };
}

}  // namespace nzsim::cli

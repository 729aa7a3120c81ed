#include <filesystem>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/report/document.h"
#include "sim/report/page/gnuplot.h"
#include "sim/report/page/report_charts.h"
#include "sim/report/page/report_page.h"
#include "sim/report/report.h"
#include "sim/report/report_view.h"
#include "sim/run/sweep/plan.h"
#include "tools/nzsim/arguments.h"
#include "tools/nzsim/commands.h"
#include "tools/nzsim/compare/comparison_view.h"
#include "tools/nzsim/comparison_files.h"
#include "tools/nzsim/page/page_assets.h"
#include "tools/nzsim/sweep_files.h"

namespace nzsim::cli {
namespace {

namespace fs = std::filesystem;

/// Writes `report.html` beside the report, with the resolved config where that lies there too.
void write_page(const fs::path& report, bool is_plain) {
  ReportPageInput input;
  const std::string text = read_file(report);
  input.report = text;
  input.name = report.string();
  const fs::path config = report.parent_path() / "config.json";
  input.config_name = config.string();
  std::error_code error;
  if (fs::exists(config, error)) input.config = read_file(config);
  PageAssets assets = page_assets();
  if (is_plain) assets.chart_library = {};
  const fs::path page = report.parent_path() / "report.html";
  write_file(page, report_page(input, assets));
  fmt::print("{}\n", page.string());
}

/// Writes `report.gp` and `report.dat` beside the report.
void write_gnuplot(const fs::path& report) {
  const ReportView view = read_report(read_file(report), report.string());
  const GnuplotFiles files = gnuplot_of(charts_of(view), "report.dat");
  const fs::path script = report.parent_path() / "report.gp";
  write_file(report.parent_path() / "report.dat", files.data);
  write_file(script, files.script);
  fmt::print("{}\n", script.string());
}

/// The document that `path` is or holds: of a directory its report, or else its comparison.
fs::path document_at(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) return path;
  const fs::path comparison = path / "comparison.json";
  const bool is_comparison =
      !fs::exists(path / "report.json", error) && fs::exists(comparison, error);
  return is_comparison ? comparison : path / "report.json";
}

void show_comparison(const fs::path& path, const std::string& text, const std::string& format,
                     bool is_plain) {
  if (format == "html") {
    fmt::print("{}\n", write_comparison_page(path, is_plain).string());
  } else if (format == "gnuplot") {
    fmt::print("{}\n", write_comparison_figures(path).string());
  } else {
    const compare::ComparisonView comparison = compare::read_comparison(text, path.string());
    fmt::print("{}", format == "csv" ? csv_of(comparison) : text_of(comparison));
  }
}

/// Whether `path` is the directory of a sweep, which has no report of its own.
bool is_sweep(const fs::path& path) {
  std::error_code error;
  return fs::exists(path / "sweep.json", error) && fs::exists(path / "plan.jsonl", error);
}

/// Writes `sweep.html` again.
void show_sweep(const fs::path& directory, const std::string& format, bool is_plain) {
  if (format != "html") {
    throw InputError("--format", "",
                     fmt::format("expected html for a sweep, whose tables are written by nzsim "
                                 "sweep collect, got {}",
                                 format));
  }
  const sweep::Plan plan = sweep::read_plan(directory);
  fmt::print(
      "{}\n",
      write_sweep_page(plan, directory, compare_published(plan, directory), is_plain).string());
}

int report(const Arguments& arguments) {
  const std::string format = arguments.choice("format", {"text", "csv", "html", "gnuplot"});
  if (arguments.flag("plain") && format != "html") {
    throw InputError("--plain", "", fmt::format("expected --format html, got {}", format));
  }
  if (is_sweep(arguments.required(0))) {
    show_sweep(arguments.required(0), format, arguments.flag("plain"));
    return 0;
  }
  const fs::path path = document_at(arguments.required(0));
  const std::string text = read_file(path);
  if (compare::is_comparison_schema(schema_of_document(text).value_or(""))) {
    show_comparison(path, text, format, arguments.flag("plain"));
  } else if (format == "html") {
    write_page(path, arguments.flag("plain"));
  } else if (format == "gnuplot") {
    write_gnuplot(path);
  } else {
    fmt::print("{}", render_report(text, path.string(),
                                   format == "csv" ? ReportFormat::csv : ReportFormat::text));
  }
  return 0;
}

}  // namespace

Command report_command() {
  return {
      .name = "report",
      .summary =
          "Render DIR/report.json, or else DIR/comparison.json, again without simulating; DIR may "
          "be the file itself, or a sweep's directory, of which there is the page alone.",
      .positionals = {{"DIR"}},
      .options = {{"format", "text|csv|html|gnuplot",
                   "text tables (default), CSV, a page beside the document, or figures for papers "
                   "by gnuplot"},
                  {"plain", "", "the page with plain SVG charts, without the chart library"}},
      .example =
          "nzsim report out/alex-7 --format csv\n"
          "nzsim report out/alex-7 --format html\n"
          "nzsim report out/eie/comparison.json --format gnuplot",
      .handler = report,
  };
}

}  // namespace nzsim::cli

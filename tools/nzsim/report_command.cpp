#include <filesystem>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/report/page/gnuplot.h"
#include "sim/report/page/report_charts.h"
#include "sim/report/page/report_page.h"
#include "sim/report/report.h"
#include "sim/report/report_view.h"
#include "tools/nzsim/arguments.h"
#include "tools/nzsim/commands.h"
#include "tools/nzsim/page/page_assets.h"

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

int report(const Arguments& arguments) {
  const std::string format = arguments.choice("format", {"text", "csv", "html", "gnuplot"});
  fs::path path = arguments.required(0);
  std::error_code error;
  if (fs::is_directory(path, error)) path /= "report.json";
  if (arguments.flag("plain") && format != "html") {
    throw InputError("--plain", "", fmt::format("expected --format html, got {}", format));
  }
  if (format == "html") {
    write_page(path, arguments.flag("plain"));
  } else if (format == "gnuplot") {
    write_gnuplot(path);
  } else {
    fmt::print("{}", render_report(read_file(path), path.string(),
                                   format == "csv" ? ReportFormat::csv : ReportFormat::text));
  }
  return 0;
}

}  // namespace

Command report_command() {
  return {
      .name = "report",
      .summary = "Render the report of an earlier run again, without simulating.",
      .positionals = {{"DIR"}},
      .options = {{"format", "text|csv|html|gnuplot",
                   "text table (default), one CSV row per layer, a page: DIR/report.html, or "
                   "figures for papers: DIR/report.gp"},
                  {"plain", "", "the page with plain SVG charts, without the chart library"}},
      .example =
          "nzsim report out/alex-7 --format csv\n"
          "nzsim report out/alex-7 --format html",
      .handler = report,
  };
}

}  // namespace nzsim::cli

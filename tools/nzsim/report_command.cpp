#include <filesystem>

#include <fmt/format.h>

#include "sim/base/files.h"
#include "sim/report/report.h"
#include "tools/nzsim/arguments.h"
#include "tools/nzsim/commands.h"

namespace nzsim::cli {
namespace {

int report(const Arguments& arguments) {
  const ReportFormat format =
      arguments.choice("format", {"text", "csv"}) == "csv" ? ReportFormat::csv : ReportFormat::text;
  std::filesystem::path path = arguments.required(0);
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) path /= "report.json";
  fmt::print("{}", render_report(read_file(path), path.string(), format));
  return 0;
}

}  // namespace

Command report_command() {
  return {
      .name = "report",
      .summary = "Render the report of an earlier run again, without simulating.",
      .positionals = {{"DIR"}},
      .options = {{"format", "text|csv", "text table (default), or one CSV row per layer"}},
      .example = "nzsim report out/alex-7 --format csv",
      .handler = report,
  };
}

}  // namespace nzsim::cli

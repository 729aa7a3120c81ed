#include "sim/report/report.h"
#include "sim/report/report_view.h"
#include "sim/report/views.h"

namespace nzsim {

std::string render_report(std::string_view json, const std::string& name, ReportFormat format) {
  const ReportView view = read_report(json, name);
  return format == ReportFormat::csv ? csv_of(view) : text_of(view);
}

}  // namespace nzsim

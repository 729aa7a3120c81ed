#pragma once

#include <string>

#include "sim/report/report_view.h"

namespace nzsim {

/// The tables of one run as HTML: layers, their details, PEs, energy by module, area, and the
/// energy constants with their sources.
[[nodiscard]] std::string tables_of(const ReportView& view);

}  // namespace nzsim

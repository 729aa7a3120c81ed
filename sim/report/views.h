#pragma once

#include <string>

#include "sim/report/report_view.h"

namespace nzsim {

/// Tables for a terminal: run, layers, details of each layer, energy by module, area, roofline and
/// the energy constants with their sources.
[[nodiscard]] std::string text_of(const ReportView& view);

/// RFC 4180: a header and one row per layer. Units are in the names of the columns, or behind them
/// in brackets; numbers are in their shortest exact form, and empty where a layer has none.
[[nodiscard]] std::string csv_of(const ReportView& view);

}  // namespace nzsim

#pragma once

#include <string_view>

namespace nzsim {

/// The value of `schema` in every report of this format (`configs/schema/report.schema.json`).
inline constexpr std::string_view kReportSchema = "nzsim-report-1";

}  // namespace nzsim

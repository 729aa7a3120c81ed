#pragma once

#include "sim/report/page/charts.h"
#include "tools/nzsim/compare/comparison_view.h"

namespace nzsim::compare {

[[nodiscard]] RooflineChart roofline_chart(const ComparisonView& comparison);

}  // namespace nzsim::compare

#pragma once

#include <string>

#include "tools/nzsim/sweep/page_content.h"

namespace nzsim::sweep {

/// Sections with tables that need no script; each is empty where it would have no row.

/// Axes and objectives of the points of the Pareto front, and sentences on the objectives.
[[nodiscard]] std::string front_table(const PageContent& content);

/// Of each workload, axis and objective: how far it falls and rises, and at which values.
[[nodiscard]] std::string sensitivity_table(const PageContent& content, const Plan& plan);

/// Points that have failed, with axes, status and message.
[[nodiscard]] std::string failed_table(const PageContent& content);

}  // namespace nzsim::sweep

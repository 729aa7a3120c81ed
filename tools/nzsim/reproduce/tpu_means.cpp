#include "tools/nzsim/reproduce/tpu_means.h"

#include <cmath>
#include <cstddef>

#include "tools/nzsim/catalogue.h"
#include "tools/nzsim/reproduce/published.h"
#include "tools/nzsim/reproduce/tpu_runs.h"

namespace nzsim::reproduce {

double mean_of(const TpuValues& values, const std::function<bool(const std::string& kind)>& takes) {
  const Published table1 = load_published(cli::find_file(cli::Shelf::published, "tpu-table1"));
  double sum = 0.0;
  double total = 0.0;
  for (std::size_t n = 0; n < values.size(); ++n) {
    const TpuApplication& application = tpu_applications()[n];
    if (!takes(application.kind)) continue;
    const double kind = table1.table("deployment").at(application.kind, "share").value_or(0.0);
    const double part = table1.table("parts").at(application.name, "part").value_or(0.0);
    sum += kind * part * values[n];
    total += kind * part;
  }
  return sum / total;
}

double weighted_mean(const TpuValues& values) {
  return mean_of(values, [](const std::string&) { return true; });
}

double geometric_mean(const TpuValues& values) {
  double sum = 0.0;
  for (const double value : values) sum += std::log(value);
  return std::exp(sum / static_cast<double>(values.size()));
}

std::string tpu_mean_assumption() {
  return "Weights are Table 1's shares of deployment, 61, 29 and 5 % for a kind of applications. "
         "Of these MLP0 has 95 %, which both weighted means of Table 6 imply (derived; "
         "DEVIATIONS.md), and either LSTM and either CNN half (assumption).";
}

}  // namespace nzsim::reproduce

#include "tools/nzsim/reproduce/reproduce.h"

#include <algorithm>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "tools/nzsim/arguments.h"
#include "tools/nzsim/catalogue.h"
#include "tools/nzsim/reproduce/figures.h"

namespace nzsim::reproduce {
namespace {

/// The paper of a figure, which its file under `configs/published` begins with.
std::string paper_of(const Figure& figure) {
  return figure.published.substr(0, figure.published.find('-'));
}

/// Throws `ConfigError` where `name` is neither a figure nor a paper.
void check_name(const std::string& name) {
  std::vector<std::string> known{"eie", "tpu"};
  for (const Figure& figure : figures()) known.push_back(figure.name);
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    throw ConfigError("nzsim reproduce", "", cli::unknown_choice(name, known));
  }
}

/// Throws `ConfigError` where nothing under `name` has networks of uneven distribution.
void check_uneven(const std::string& name) {
  for (const Figure& figure : figures()) {
    if (paper_of(figure) == "eie" && (name == "eie" || name == figure.name)) return;
  }
  throw ConfigError("--uneven", "",
                    fmt::format("expected a figure of the EIE paper, got {}", name));
}

}  // namespace

const std::vector<Figure>& figures() {
  static const std::vector<Figure> all{
      {"table2", "eie-table2", "power and area of one PE by module", table2},
      {"table4", "eie-table4", "theoretical and actual time of the nine layers", table4},
      {"eie-platforms", "eie-platforms", "CPU, GPU and mobile GPU beside EIE", eie_platforms},
      {"table5", "eie-table5", "EIE's two machines and the other platforms", table5},
      {"fig8", "eie-fig8", "load balance over the queue depth", fig8},
      {"fig9", "eie-fig9", "reads and read energy over the SRAM width", fig9},
      {"fig11", "eie-fig11", "speed-up over the number of PEs", fig11},
      {"fig12", "eie-fig12", "real work over the number of PEs", fig12},
      {"fig13", "eie-fig13", "load balance over the number of PEs", fig13},
      {"tpu-table2", "tpu-table2", "peak rates, memory and power: TPU, CPU, GPU", tpu_table2},
      {"tpu-table3", "tpu-table3", "where the TPU's cycles go, and its rates", tpu_table3},
      {"tpu-fig5", "tpu-fig5", "the applications under the TPU's roofline", tpu_fig5},
      {"tpu-fig6", "tpu-fig6", "the applications under the CPU's roofline", tpu_fig6},
      {"tpu-fig7", "tpu-fig7", "the applications under the GPU's roofline", tpu_fig7},
      {"tpu-table6", "tpu-table6", "performance of GPU and TPU over the CPU", tpu_table6},
      {"tpu-fig11", "tpu-fig11", "the TPU over memory bandwidth, clock and array size", tpu_fig11},
      {"tpu-tiles", "tpu-tiles", "a matrix of 600 x 600 on two arrays", tpu_tiles},
      {"tpu-prime", "tpu-prime", "the TPU with GDDR5 as weight memory", tpu_prime},
  };
  return all;
}

std::string reproduce(const Request& request) {
  if (request.name) check_name(*request.name);
  if (request.name && request.uneven) check_uneven(*request.name);
  Experiments experiments(request.uneven);
  std::vector<Reproduction> reproductions;
  for (const Figure& figure : figures()) {
    if (request.name && *request.name != figure.name && *request.name != paper_of(figure)) continue;
    const Published published =
        load_published(cli::find_file(cli::Shelf::published, figure.published));
    reproductions.push_back(figure.reproduce(published, experiments));
  }
  if (request.json) return to_json(reproductions);
  std::string text;
  for (const Reproduction& reproduction : reproductions) {
    if (!text.empty()) text += "\n\n";
    text += to_text(reproduction);
  }
  return text;
}

}  // namespace nzsim::reproduce

#include "tools/nzsim/reproduce/tpu_runs.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <future>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/workload/network.h"
#include "tools/nzsim/catalogue.h"

namespace nzsim::reproduce {
namespace {

std::string key_of(const TpuRuns::Point& point) {
  return point.network + "\n" + point.machine->resolved;
}

TpuRun simulate(const Machine& machine, const Network& network) {
  const std::unique_ptr<Program> program = machine.accelerator->compile({network, 0});
  RunResult result = machine.accelerator->simulate(*program, {.values = false});
  TpuRun run;
  run.machine = &machine;
  run.counters = machine.accelerator->statistics().zeros();
  for (LayerResult& layer : result.layers) {
    accumulate(run.counters, layer.counters);
    std::move(layer.events.begin(), layer.events.end(), std::back_inserter(run.events));
  }
  return run;
}

double peak_operations_per_second(const TpuRun& run) {
  return run.machine->accelerator->ceilings().operations_per_second;
}

/// Per cent of all that the array could do, of active cycles; exactly 0 where none is unused.
double unused_share(const TpuRun& run) {
  const double macs_per_cycle =
      0.5 * peak_operations_per_second(run) / run.machine->accelerator->clock_hz();
  const double active = std::round(run.counter("array_active_cycles") * macs_per_cycle);
  return 100.0 * (active - run.counter("useful_macs")) / (run.counter("cycles") * macs_per_cycle);
}

}  // namespace

const std::vector<TpuApplication>& tpu_applications() {
  static const std::vector<TpuApplication> all{
      {"MLP0", "MLP", "tpu-mlp0", "int8"},       {"MLP1", "MLP", "tpu-mlp1", "int8"},
      {"LSTM0", "LSTM", "tpu-lstm0", "int8x16"}, {"LSTM1", "LSTM", "tpu-lstm1-apart", "int8x16"},
      {"CNN0", "CNN", "tpu-cnn0", "int8"},       {"CNN1", "CNN", "tpu-cnn1-shallow", "int8"},
  };
  return all;
}

const TpuApplication& tpu_application(std::string_view name) {
  for (const TpuApplication& application : tpu_applications()) {
    if (application.name == name) return application;
  }
  throw SimulationError(fmt::format("expected an application of the TPU paper, got {}", name));
}

std::string tpu_assumption() {
  return "Layer shapes were never published; the networks honour Table 1's weights, operations per "
         "byte and batches. LSTM0 and LSTM1 run with 16-bit activations, half speed, which their "
         "rows of Table 3 fit. LSTM1 is tpu-lstm1-apart and CNN1 is tpu-cnn1-shallow, choices that "
         "fill as much of their tiles as Table 3 says; neither is determined by what is published.";
}

double TpuRun::counter(std::string_view name) const {
  const auto& all = machine->accelerator->statistics().counters();
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& entry) {
    return entry.name == fmt::format("tpu.{}", name);
  });
  if (found == all.end()) {
    throw SimulationError(
        fmt::format("machine {}: expected a counter tpu.{}, got none", machine->name, name));
  }
  return static_cast<double>(counters[static_cast<std::size_t>(found - all.begin())]);
}

double TpuRun::share(std::string_view name) const {
  return 100.0 * counter(name) / counter("cycles");
}

double TpuRun::useful_share() const {
  return 100.0 * tera_operations_per_second() * 1e12 / peak_operations_per_second(*this);
}

double TpuRun::seconds() const { return counter("cycles") / machine->accelerator->clock_hz(); }

double TpuRun::tera_operations_per_second() const {
  return 2e-12 * counter("useful_macs") / seconds();
}

std::vector<TpuShare> tpu_shares(const TpuRun& run) {
  return {{"array active", run.share("array_active_cycles")},
          {"useful MACs", run.useful_share()},
          {"unused MACs", unused_share(run)},
          {"weight stall", run.share("weight_stall_cycles")},
          {"weight shift", run.share("weight_shift_cycles")},
          {"non-matrix", run.share("non_matrix_cycles")},
          {"RAW stalls", run.share("raw_stall_cycles")},
          {"input stalls", run.share("input_stall_cycles")}};
}

const TpuRun& TpuRuns::run(const Machine& machine, const std::string& network) {
  prepare({{&machine, network}});
  return runs_.at(key_of({&machine, network}));
}

void TpuRuns::prepare(const std::vector<Point>& points) {
  // Places of the results are made first: the threads then touch nothing in common.
  std::vector<std::pair<const Point*, TpuRun*>> open;
  for (const Point& point : points) {
    const auto [place, is_new] = runs_.try_emplace(key_of(point));
    if (!is_new) continue;
    network(point.network);
    open.emplace_back(&point, &place->second);
  }
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t n = next++; n < open.size(); n = next++) {
      *open[n].second = simulate(*open[n].first->machine, networks_.at(open[n].first->network));
    }
  };
  const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::future<void>> others;
  for (std::size_t n = 1; n < std::min(processors, open.size()); ++n) {
    others.push_back(std::async(std::launch::async, work));
  }
  work();
  for (std::future<void>& other : others) other.get();
}

const Network& TpuRuns::network(const std::string& name) {
  const auto found = networks_.find(name);
  if (found != networks_.end()) return found->second;
  return networks_.emplace(name, load_network(cli::find_file(cli::Shelf::networks, name)))
      .first->second;
}

}  // namespace nzsim::reproduce

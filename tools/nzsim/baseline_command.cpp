#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "tools/nzsim/arguments.h"
#include "tools/nzsim/baseline/result.h"
#include "tools/nzsim/catalogue.h"
#include "tools/nzsim/commands.h"
#include "tools/nzsim/eie_benchmark.h"

namespace nzsim::cli {
namespace {

namespace fs = std::filesystem;
using baseline::Budget;
using baseline::Caches;
using baseline::Result;

/// Assumption: with a fifth of a second per kernel, some fifty kernels are measured in well under a
/// minute.
constexpr double kDefaultSeconds = 0.2;
constexpr double kMostSeconds = 600.0;
/// Inputs of larger batches are not worth the memory: a product is bound by the rate long before.
constexpr std::uint64_t kMostBatch = 4096;

/// What is measured, as the command line has it.
struct Request {
  std::vector<fs::path> networks;
  /// Ascending.
  std::vector<std::uint32_t> batches;
  std::size_t threads = 1;
  Budget budget;
  Caches caches = Caches::cold;
  std::optional<fs::path> blas;
  std::optional<fs::path> directory;
};

void check_kind(const Arguments& arguments) {
  if (arguments.required(0) == "host") return;
  throw InputError("nzsim baseline", "",
                   fmt::format("expected host, the only kind that is measured, got \"{}\"",
                               arguments.required(0)));
}

/// Throws where one of `words` is there twice: its points could not be told apart.
void check_distinct(const std::string& option, std::vector<std::string> words) {
  std::sort(words.begin(), words.end());
  const auto twice = std::adjacent_find(words.begin(), words.end());
  if (twice == words.end()) return;
  throw InputError(option, "", fmt::format("expected each once, got \"{}\" twice", *twice));
}

std::uint32_t batch_of(const std::string& word) {
  const bool is_number = !word.empty() && word.size() <= 4 && word.front() != '0' &&
                         std::all_of(word.begin(), word.end(),
                                     [](char digit) { return digit >= '0' && digit <= '9'; });
  if (is_number && std::stoul(word) <= kMostBatch) {
    return static_cast<std::uint32_t>(std::stoul(word));
  }
  throw InputError("--batch", "",
                   fmt::format("expected integers in [1, {}] separated by commas, got \"{}\"",
                               kMostBatch, word));
}

std::vector<std::uint32_t> batches_of(const Arguments& arguments) {
  std::vector<std::string> words = arguments.list("batch");
  if (words.empty()) words = {"1", "64"};
  check_distinct("--batch", words);
  std::vector<std::uint32_t> batches;
  for (const std::string& word : words) batches.push_back(batch_of(word));
  std::sort(batches.begin(), batches.end());
  return batches;
}

Request request_of(const Arguments& arguments, std::size_t cores) {
  check_kind(arguments);
  Request request;
  request.directory = arguments.directory("out");
  std::vector<std::string> names = arguments.list("networks");
  if (names.empty()) names.assign(kEieLayers.begin(), kEieLayers.end());
  check_distinct("--networks", names);
  for (const std::string& name : names) {
    request.networks.push_back(find_file(Shelf::networks, name));
  }
  request.batches = batches_of(arguments);
  request.threads = arguments.integer("threads", 1, cores).value_or(cores);
  request.budget.seconds = arguments.number("seconds", 0.0, kMostSeconds).value_or(kDefaultSeconds);
  request.caches =
      arguments.choice("caches", {"cold", "warm"}) == "cold" ? Caches::cold : Caches::warm;
  if (const auto path = arguments.text("blas")) request.blas = *path;
  return request;
}

Result measure(const Request& request, const baseline::Host& host) {
  const std::optional<baseline::Blas> blas = baseline::Blas::find(request.blas, request.threads);
  Result result;
  result.host = host;
  result.threads = request.threads;
  result.caches = request.caches;
  if (blas) result.blas = blas->description();
  baseline::ThreadTeam team(request.threads);
  baseline::StreamArrays arrays(baseline::stream_numbers(host), team);
  baseline::PowerMeter meter("/sys/class/powercap");
  result.peaks = baseline::measure_peaks(team, arrays, request.budget, meter);
  const baseline::Bench bench{team, arrays, blas ? &*blas : nullptr, request.budget,
                              request.caches};
  for (const fs::path& network : request.networks) {
    for (const baseline::LayerProblem& problem :
         baseline::problems_of(network, request.batches.back())) {
      const std::vector<baseline::Point> points =
          baseline::measure(problem, request.batches, bench);
      result.points.insert(result.points.end(), points.begin(), points.end());
    }
  }
  return result;
}

int baseline(const Arguments& arguments) {
  const baseline::Host host = baseline::this_host();
  const Request request = request_of(arguments, host.cores);
  for (const fs::path& network : request.networks) baseline::check_network(network);
  const Result result = measure(request, host);
  const std::string points = baseline::points_json(result);
  if (request.directory) {
    write_file(*request.directory / "platform.json", baseline::platform_json(result));
    write_file(*request.directory / "points.json", points);
  }
  fmt::print("{}", arguments.flag("json") ? points : baseline::text_of(result));
  for (const std::string& warning : baseline::warnings_of(result)) {
    fmt::print(stderr, "nzsim baseline: {}\n", warning);
  }
  return 0;
}

}  // namespace

Command baseline_command() {
  return {
      .name = "baseline",
      .summary = "Measure this computer: peak rate, bandwidth, dense and sparse layers.",
      .positionals = {{"host"}},
      .options = {{"networks", "A,B",
                   "networks of fully connected layers (default: the nine of the EIE paper)"},
                  {"batch", "N,M", "inputs that are computed at once (default 1,64)"},
                  {"threads", "N", "threads of every kernel (default: all hardware threads)"},
                  {"seconds", "S", "time for the repetitions of each kernel (default 0.2)"},
                  {"caches", "cold|warm",
                   "cold: filled with other numbers before each repetition (default)"},
                  {"blas", "FILE",
                   "shared library with sgemv_ and sgemm_ (default: the installed one)"},
                  {"json", "", "print points.json and nothing else"},
                  {"out", "DIR", "write platform.json and points.json there"}},
      .example =
          "nzsim baseline host --out out/host\n"
          "nzsim baseline host --networks alex-7,nt-we --batch 1 --threads 1",
      .handler = baseline,
  };
}

}  // namespace nzsim::cli

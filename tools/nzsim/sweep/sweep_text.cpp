#include "tools/nzsim/sweep/sweep_text.h"

#include <cstdint>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace nzsim::cli {
namespace {

using Json = nlohmann::ordered_json;

/// Longest time that is told in seconds: years.
constexpr double kLongest = 1e9;

Json optional_number(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json runner_json(const std::optional<sweep::LockHolder>& runner) {
  if (!runner) return nullptr;
  return {{"host", runner->host}, {"process", runner->process}};
}

std::string slurm_text(const SlurmStatus& slurm) {
  const std::string state = !slurm.state               ? "Slurm cannot be asked about it"
                            : slurm.state->is_active() ? slurm.state->text()
                                                       : "has ended";
  return fmt::format("Slurm: {}, shards {} of {}: {}\n", name_of(slurm.job), slurm.job.array,
                     slurm.job.shards, state);
}

/// Null without a job; `active` and `tasks` are null where Slurm has no answer.
Json slurm_json(const std::optional<SlurmStatus>& slurm) {
  if (!slurm) return nullptr;
  Json json;
  json["job"] = slurm->job.id;
  json["cluster"] = slurm->job.cluster.empty() ? Json(nullptr) : Json(slurm->job.cluster);
  json["shards"] = slurm->job.shards;
  json["array"] = slurm->job.array;
  json["active"] = slurm->state ? Json(slurm->state->is_active()) : Json(nullptr);
  json["tasks"] = slurm->state ? Json(slurm->state->tasks) : Json(nullptr);
  return json;
}

}  // namespace

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::uint64_t>(std::min(seconds, kLongest) + 0.5);
  const std::uint64_t hours = whole / 3600;
  const std::uint64_t minutes = whole / 60 % 60;
  return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60)
                   : fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string status_text(const sweep::SweepConfig& config, const std::filesystem::path& directory,
                        const sweep::SweepStatus& status, const std::optional<SlurmStatus>& slurm) {
  const sweep::Tally& tally = status.tally;
  std::string text =
      fmt::format("{} in {}: {} points, {} done, {} failed, {} missing\n", config.name,
                  directory.string(), tally.points, tally.done(), tally.failed(), tally.missing());
  for (const sweep::Status kind : sweep::kStatuses) {
    const std::uint64_t count = tally.by_status.at(static_cast<std::size_t>(kind));
    if (kind != sweep::Status::done && count > 0) {
      text += fmt::format("  {}: {}\n", to_string(kind), count);
    }
  }
  for (const std::string& failure : status.failures) text += fmt::format("  {}\n", failure);
  if (status.failures.size() < tally.failed()) text += "  ...\n";
  if (status.runner) {
    text += fmt::format("running: process {} on {}", status.runner->process, status.runner->host);
    if (status.points_per_second) {
      text += fmt::format(", {:.3g} points/s, {} left", *status.points_per_second,
                          duration_text(*status.seconds_left));
    }
    text += "\n";
  }
  if (slurm) text += slurm_text(*slurm);
  return text;
}

std::string status_json(const sweep::SweepConfig& config, const std::filesystem::path& directory,
                        const sweep::SweepStatus& status, const std::optional<SlurmStatus>& slurm) {
  const sweep::Tally& tally = status.tally;
  Json json;
  json["schema"] = "nzsim.sweep_status/1";
  json["name"] = config.name;
  json["directory"] = directory.string();
  json["points"] = tally.points;
  json["done"] = tally.done();
  json["failed"] = tally.failed();
  json["missing"] = tally.missing();
  for (const sweep::Status kind : sweep::kStatuses) {
    json["by_status"][std::string(to_string(kind))] =
        tally.by_status.at(static_cast<std::size_t>(kind));
  }
  json["failures"] = status.failures;
  json["running"] = runner_json(status.runner);
  json["points_per_second"] = optional_number(status.points_per_second);
  json["seconds_left"] = optional_number(status.seconds_left);
  json["slurm"] = slurm_json(slurm);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace nzsim::cli

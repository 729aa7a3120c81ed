#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/systolic/config.h"
#include "sim/config/node.h"

namespace nzsim::systolic::test {

/// A systolic machine of `configs/machines`: what the model reads of it, and its energy table.
struct ShippedMachine {
  Config config;
  std::string energy;
};

/// Reads the machine `name`; throws `ConfigError` as `load_machine` would.
inline ShippedMachine shipped_systolic(const std::string& name) {
  const std::filesystem::path configs = std::filesystem::path(NZSIM_SOURCE_DIR) / "configs";
  ConfigDocument document =
      ConfigDocument::load(configs / "machines" / (name + ".json"), {}, {"memory"});
  document.include("memory", {configs / "memory"});
  ConfigNode root = document.root();
  root.text("name", {});
  root.text("description", {});
  root.text("source", {});
  root.choice("model", {.options = {"systolic"}});
  const double clock_mhz = root.number("clock_mhz", {});
  ShippedMachine machine;
  machine.energy = root.text("energy", {});
  machine.config = Config::from(root, clock_mhz * 1e6);
  document.finish();
  return machine;
}

/// Names of all systolic machines that ship.
inline std::vector<std::string> shipped_systolics() {
  return {"tpu-v1",           "tpu-v1-8x16",           "tpu-v1-16x16",      "tpu-v1-gddr5",
          "tpu-v2-mxu",       "systolic-4x4-teaching", "scalesim-ws-32x32", "scalesim-os-32x32",
          "scalesim-is-32x32"};
}

}  // namespace nzsim::systolic::test

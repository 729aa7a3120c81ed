#pragma once

#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/files.h"
#include "sim/run/sweep/plan.h"
#include "tests/support/message_of.h"
#include "tests/support/temporary_directory.h"

namespace nzsim::sweep {

/// A temporary home with a machine of model `ideal`, its energy table, two networks, and a sweep.
class SweepFiles : public testing::Test {
 protected:
  using Json = nlohmann::ordered_json;

  SweepFiles() {
    write("configs/energy/table.json",
          R"({"name": "table", "node_nm": 45, "source": "a test", "entries": [
          {"component": "multiply_accumulator", "action": "multiply_accumulate", "picojoules": 1,
           "provenance": "assumption", "source": "a test"}]})");
    write("configs/machines/base.json",
          R"({"name": "base", "model": "ideal", "clock_mhz": 700, "energy": "table",
          "bytes_per_cycle": 8, "multiply_accumulates_per_cycle": 64})");
    for (const std::string name : {"small", "large"}) {
      write("networks/" + name + ".json",
            R"({"name": ")" + name + R"(", "description": "d", "source": "a test", "layers": [
            {"name": "fc", "type": "fully_connected", "inputs": 8, "outputs": )" +
                (name == "small" ? "4" : "16") + R"(,
             "weights": {"synthetic": {"density": 0.5}},
             "activations": {"synthetic": {"density": 0.5}}}]})");
    }
    sweep = {{"name", "s"},
             {"description", "d"},
             {"source", "a test"},
             {"base", "base"},
             {"workloads", {"small", "large"}},
             {"axes", Json::object()}};
  }

  void write(const std::string& name, const std::string& contents) const {
    write_file(path(name), contents);
  }

  [[nodiscard]] std::filesystem::path path(const std::string& name) const {
    return directory.path() / name;
  }

  [[nodiscard]] SweepConfig load() const {
    write("sweep.json", sweep.dump());
    return load_sweep(path("sweep.json"));
  }

  [[nodiscard]] SweepDirectories directories() const {
    return {{path("configs/machines")}, {path("networks")}, {}};
  }

  [[nodiscard]] Plan plan() const { return make_plan(load(), directories()); }

  /// The error of `plan()` without the directory of the files.
  [[nodiscard]] std::string error() const {
    std::string message = test::message_of([&] { static_cast<void>(plan()); });
    const std::string prefix = directory.path().string() + "/";
    for (std::size_t at = 0; (at = message.find(prefix, at)) != std::string::npos;) {
      message.erase(at, prefix.size());
    }
    return message;
  }

  test::TemporaryDirectory directory;
  Json sweep;
};

}  // namespace nzsim::sweep

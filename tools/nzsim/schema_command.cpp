#include <fmt/format.h>

#include "models/platform/platform.h"
#include "sim/base/errors.h"
#include "sim/base/files.h"
#include "sim/config/node.h"
#include "sim/energy/table.h"
#include "sim/memory/config.h"
#include "sim/run/machine.h"
#include "sim/run/sweep/sweep_config.h"
#include "sim/workload/network.h"
#include "tools/nzsim/arguments.h"
#include "tools/nzsim/catalogue.h"
#include "tools/nzsim/commands.h"
#include "tools/nzsim/compare/comparison.h"

namespace nzsim::cli {
namespace {

/// The schema that a reader describes.
template <class Reader>
std::string described(const char* title, Reader reader) {
  ConfigDocument document = ConfigDocument::describe(title);
  ConfigNode root = document.root();
  reader(root);
  return document.schema();
}

int schema(const Arguments& arguments) {
  const std::string& kind = arguments.required(0);
  std::string text;
  if (kind == "machine") {
    text = machine_schema();
  } else if (kind == "network") {
    text = described("nzsim network", network_from);
  } else if (kind == "energy") {
    text = described("nzsim energy table", energy_table_from);
  } else if (kind == "memory") {
    text = described("nzsim memory", memory_from);
  } else if (kind == "platform") {
    text = described("nzsim platform", platform::platform_from);
  } else if (kind == "comparison") {
    text = described("nzsim comparison", compare::comparison_from);
  } else if (kind == "sweep") {
    text = described("nzsim sweep", sweep::sweep_from);
  } else if (kind == "report") {
    text = read_file(shipped_file("configs/schema/report.schema.json"));
  } else {
    throw InputError("nzsim schema", "",
                     unknown_choice(kind, {"machine", "network", "energy", "memory", "platform",
                                           "comparison", "sweep", "report"}));
  }
  fmt::print("{}{}", text, text.ends_with('\n') ? "" : "\n");
  return 0;
}

}  // namespace

Command schema_command() {
  return {
      .name = "schema",
      .summary =
          "Print the JSON Schema of a file kind: machine, network, energy, memory, platform, "
          "comparison, sweep or report.",
      .positionals = {{"KIND"}},
      .options = {},
      .example = "nzsim schema machine",
      .handler = schema,
  };
}

}  // namespace nzsim::cli

#include <fmt/format.h>

#include "tools/nzsim/arguments.h"
#include "tools/nzsim/commands.h"
#include "tools/nzsim/reproduce/reproduce.h"

namespace nzsim::cli {
namespace {

int reproduce(const Arguments& arguments) {
  fmt::print("{}", reproduce::reproduce({.name = arguments.positional(0),
                                         .uneven = arguments.flag("uneven"),
                                         .json = arguments.flag("json")}));
  return 0;
}

}  // namespace

Command reproduce_command() {
  return {
      .name = "reproduce",
      .summary = "Simulate published tables and figures and show both side by side, with errors.",
      .positionals = {{"NAME", false}},
      .options = {{"json", "", "one JSON document instead of text"},
                  {"uneven", "",
                   "matrices with unevenly filled rows and columns; of the EIE paper alone"}},
      .example = "nzsim reproduce table4\nnzsim reproduce --json",
      .handler = reproduce,
  };
}

}  // namespace nzsim::cli

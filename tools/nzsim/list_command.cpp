#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "tools/nzsim/arguments.h"
#include "tools/nzsim/catalogue.h"
#include "tools/nzsim/commands.h"

namespace nzsim::cli {
namespace {

const std::vector<std::pair<std::string, Shelf>>& shelves() {
  static const std::vector<std::pair<std::string, Shelf>> all = {
      {"machines", Shelf::machines},   {"memories", Shelf::memories},
      {"platforms", Shelf::platforms}, {"networks", Shelf::networks},
      {"published", Shelf::published}, {"comparisons", Shelf::comparisons},
      {"sweeps", Shelf::sweeps},
  };
  return all;
}

Shelf shelf_of(const std::string& word) {
  std::vector<std::string> names;
  for (const auto& [name, shelf] : shelves()) {
    if (name == word) return shelf;
    names.push_back(name);
  }
  throw InputError("nzsim list", "", unknown_choice(word, names));
}

std::string as_json(const std::vector<CatalogueItem>& items) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const CatalogueItem& item : items) {
    list.push_back(
        {{"name", item.name}, {"description", item.description}, {"file", item.path.string()}});
  }
  return list.dump(2) + "\n";
}

std::string as_text(const std::vector<CatalogueItem>& items) {
  std::size_t width = 0;
  for (const CatalogueItem& item : items) width = std::max(width, item.name.size());
  std::string text;
  for (const CatalogueItem& item : items) {
    text += item.description.empty()
                ? item.name + "\n"
                : fmt::format("{:<{}}  {}\n", item.name, width, item.description);
  }
  return text;
}

int list(const Arguments& arguments) {
  const std::vector<CatalogueItem> items = catalogue(shelf_of(arguments.required(0)));
  fmt::print("{}", arguments.flag("json") ? as_json(items) : as_text(items));
  return 0;
}

}  // namespace

Command list_command() {
  return {
      .name = "list",
      .summary =
          "List what ships: machines, memories, platforms, networks, published numbers, "
          "comparisons or sweeps.",
      .positionals = {{"KIND"}},
      .options = {{"json", "", "an array of objects with name, description and file"}},
      .example = "nzsim list machines",
      .handler = list,
  };
}

}  // namespace nzsim::cli

#include "tools/nzsim/sweep/page_points.h"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>

#include <nlohmann/json.hpp>

#include "sim/run/sweep/collect.h"
#include "sim/run/sweep/collect_table.h"

namespace nzsim::sweep {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
/// Columns in front of the axes: `index`, `key`, `status`, `workload`.
constexpr std::size_t kFirstAxis = 4;
constexpr std::string_view kKey = "key";

bool has_numbers_alone(const Axis& axis) {
  return std::all_of(axis.values.begin(), axis.values.end(), [](const std::string& value) {
    return nlohmann::json::parse(value).is_number();
  });
}

double number_of(const Cell& cell) {
  if (cell.kind == Cell::Kind::number) return cell.number;
  if (cell.kind == Cell::Kind::none) return kNone;
  const auto value = nlohmann::json::parse(cell.text, nullptr, false);
  return value.is_number() ? value.get<double>() : kNone;
}

/// Fills the columns row by row.
class Reader {
 public:
  Reader(const Plan& plan, const PageSelection& selection) : plan_(plan), selection_(selection) {}

  void read(const Columns& columns, const std::vector<Cell>& cells, std::size_t index) {
    if (sources_.empty()) begin(columns);
    if (selection_.has_point && !selection_.has_point(index)) return;
    points_.indices.push_back(index);
    for (std::size_t place = 0; place < sources_.size(); ++place) {
      add(points_.columns[place], known_[place], cells[sources_[place]]);
    }
  }

  [[nodiscard]] PagePoints take() { return std::move(points_); }

 private:
  using Known = std::unordered_map<std::string, std::uint32_t>;

  /// Decides once which columns there are.
  void begin(const Columns& columns) {
    const std::size_t axes = plan_.config.axes.size();
    const std::size_t texts = columns.without_host() - 2;
    for (std::size_t source = 0; source < columns.without_host(); ++source) {
      const std::string& name = columns.names[source];
      if (name == kKey || (selection_.has_column && !selection_.has_column(name))) continue;
      const bool is_axis = source >= kFirstAxis && source < kFirstAxis + axes;
      const bool is_found = source >= kFirstAxis + axes && source < texts;
      PageColumn column{name};
      column.role = is_axis    ? PageColumn::Role::axis
                    : is_found ? PageColumn::Role::number
                               : PageColumn::Role::identity;
      column.is_number = source == 0 || is_found ||
                         (is_axis && has_numbers_alone(plan_.config.axes[source - kFirstAxis]));
      Known known;
      if (is_axis && !column.is_number) {
        for (const std::string& value : plan_.config.axes[source - kFirstAxis].values) {
          place_of(column, known, axis_text(value));
        }
      }
      sources_.push_back(source);
      points_.columns.push_back(std::move(column));
      known_.push_back(std::move(known));
    }
  }

  static std::uint32_t place_of(PageColumn& column, Known& known, const std::string& word) {
    const auto [entry, is_new] =
        known.emplace(word, static_cast<std::uint32_t>(column.words.size()));
    if (is_new) column.words.push_back(word);
    return entry->second;
  }

  static void add(PageColumn& column, Known& known, const Cell& cell) {
    if (column.is_number) {
      column.numbers.push_back(number_of(cell));
    } else {
      column.places.push_back(place_of(column, known, cell.text));
    }
  }

  const Plan& plan_;
  const PageSelection& selection_;
  PagePoints points_;
  /// [columns]: places in the table.
  std::vector<std::size_t> sources_;
  std::vector<Known> known_;
};

}  // namespace

const PageColumn* PagePoints::find(std::string_view name) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const PageColumn& column) { return column.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

std::size_t PagePoints::place_of(std::string_view name) const {
  return static_cast<std::size_t>(find(name) - columns.data());
}

PagePoints read_points(const Plan& plan, const std::filesystem::path& directory,
                       const PageSelection& selection) {
  Reader reader(plan, selection);
  std::size_t index = 0;
  for_each_row(plan, directory, [&](const Columns& columns, const std::vector<Cell>& cells) {
    reader.read(columns, cells, index++);
  });
  return reader.take();
}

}  // namespace nzsim::sweep

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/report/json_writer.h"
#include "sim/report/page/charts.h"

namespace nzsim {
namespace {

using Layout = JsonWriter::Layout;

void write_series(JsonWriter& json, const std::vector<ChartSeries>& series) {
  json.key("series");
  json.begin_array();
  for (const ChartSeries& one : series) {
    json.begin_object(Layout::one_line);
    json.member("name", one.name);
    json.member("color", one.color);
    json.member("striped", one.is_striped);
    json.end_object();
  }
  json.end_array();
}

template <class Values>
void write_array(JsonWriter& json, const char* key, const Values& values) {
  json.key(key);
  json.begin_array(Layout::one_line);
  for (const auto& value : values) json.value(value);
  json.end_array();
}

void write_number(JsonWriter& json, const std::optional<double>& number) {
  if (number) {
    json.value(*number);
  } else {
    json.null();
  }
}

void write_range(JsonWriter& json, const char* key, const AxisRange& range) {
  write_array(json, key, std::vector<double>{range.low, range.high});
}

void write_place(JsonWriter& json, const char* key, const std::optional<std::size_t>& place) {
  json.key(key);
  if (place) {
    json.value(std::uint64_t{*place});
  } else {
    json.null();
  }
}

std::string_view name_of(LineDash dash) {
  switch (dash) {
    case LineDash::dashed:
      return "dashed";
    case LineDash::dotted:
      return "dotted";
    case LineDash::solid:
      break;
  }
  return "solid";
}

void write_ceiling(JsonWriter& json, const RooflineCeiling& ceiling, const std::string& label) {
  json.begin_object();
  json.member("name", ceiling.name);
  json.member("memory", ceiling.memory);
  json.member("operations_per_second", ceiling.operations_per_second);
  json.member("bytes_per_second", ceiling.bytes_per_second);
  json.member("ridge", ceiling.ridge);
  json.member("peak_text", with_prefix(ceiling.operations_per_second) + "OP/s peak");
  json.member("slope_text", with_prefix(ceiling.bytes_per_second) + "B/s " + ceiling.memory);
  json.member("ridge_text", "ridge " + intensity_text(ceiling.ridge) + "OP/B");
  json.member("label", label);
  json.member("color", ceiling.color);
  json.member("dash", name_of(ceiling.dash));
  json.member("width", ceiling.width);
  write_place(json, "series", ceiling.series);
  write_array(json, "facts", ceiling.facts);
  json.end_object();
}

void write_point(JsonWriter& json, const RooflinePoint& point) {
  json.begin_object();
  json.member("name", point.name);
  json.member("series", std::uint64_t{point.series});
  write_place(json, "group", point.group);
  json.member("is_part", point.is_part);
  json.member("operations_per_byte", point.operations_per_byte);
  json.member("operations_per_second", point.operations_per_second);
  write_array(json, "facts", point.facts);
  json.end_object();
}

}  // namespace

std::string json_of(const RooflineChart& chart) {
  JsonWriter json;
  json.begin_object();
  json.key("ceilings");
  json.begin_array();
  const std::vector<std::string> labels = ceiling_labels(chart);
  for (std::size_t index = 0; index < chart.ceilings.size(); ++index) {
    write_ceiling(json, chart.ceilings[index], labels[index]);
  }
  json.end_array();
  write_series(json, chart.series);
  json.key("marks");
  json.begin_array();
  for (std::size_t index = 0; index < chart.series.size(); ++index) {
    json.value("M0 0" + mark_of(index));
  }
  json.end_array();
  json.member("parts_label", chart.parts_label);
  json.key("points");
  json.begin_array();
  for (const RooflinePoint& point : chart.points) write_point(json, point);
  json.end_array();
  write_range(json, "operations_per_byte", chart.operations_per_byte);
  write_range(json, "operations_per_second", chart.operations_per_second);
  json.end_object();
  return json.finish();
}

std::string json_of(const BarChart& chart) {
  JsonWriter json;
  json.begin_object();
  json.member("title", chart.title);
  json.member("unit", chart.unit);
  write_series(json, chart.series);
  json.key("rows");
  json.begin_array();
  for (std::size_t index = 0; index < chart.rows.size(); ++index) {
    const BarRow& row = chart.rows[index];
    json.begin_object();
    json.member("name", row.name);
    json.member("group", std::uint64_t{chart.group_of(index)});
    json.member("is_heading", row.is_heading);
    json.member("sum", row.sum);
    write_array(json, "values", row.values);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.finish();
}

std::string json_of(const RatioChart& chart) {
  JsonWriter json;
  json.begin_object();
  json.member("title", chart.title);
  write_series(json, chart.series);
  write_range(json, "range", chart.range);
  json.key("rows");
  json.begin_array();
  for (const RatioChart::Row& row : chart.rows) {
    json.begin_object();
    json.member("name", row.name);
    write_place(json, "group", row.group);
    json.key("values");
    json.begin_array(Layout::one_line);
    for (const std::optional<double>& value : row.values) write_number(json, value);
    json.end_array();
    json.key("facts");
    json.begin_array();
    for (const std::vector<std::string>& facts : row.facts) {
      json.begin_array(Layout::one_line);
      for (const std::string& fact : facts) json.value(fact);
      json.end_array();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.finish();
}

std::string json_of(const HeatMap& map) {
  JsonWriter json;
  json.begin_object();
  json.member("choice", map.choice);
  json.member("whole", map.whole);
  write_array(json, "rows", map.rows);
  json.key("measures");
  json.begin_array();
  for (const HeatMap::Measure& measure : map.measures) {
    json.begin_object();
    json.member("name", measure.name);
    json.member("window_cycles", measure.window_cycles);
    json.member("cycles", measure.cycles);
    json.key("values");
    json.begin_array();
    for (const std::vector<double>& row : measure.values) {
      json.begin_array(Layout::one_line);
      // Four digits are more than a colour shows, and a fifth of the text.
      for (const double value : row) json.value(std::round(value * 1e4) / 1e4);
      json.end_array();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.finish();
}

}  // namespace nzsim

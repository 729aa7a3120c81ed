#include <cmath>
#include <cstdint>
#include <string>
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

void write_range(JsonWriter& json, const char* key, const AxisRange& range) {
  write_array(json, key, std::vector<double>{range.low, range.high});
}

void write_ceiling(JsonWriter& json, const RooflineCeiling& ceiling) {
  json.begin_object();
  json.member("name", ceiling.name);
  json.member("memory", ceiling.memory);
  json.member("operations_per_second", ceiling.operations_per_second);
  json.member("bytes_per_second", ceiling.bytes_per_second);
  json.member("ridge", ceiling.ridge);
  json.member("peak_text", with_prefix(ceiling.operations_per_second) + "OP/s peak");
  json.member("slope_text", with_prefix(ceiling.bytes_per_second) + "B/s " + ceiling.memory);
  json.member("ridge_text", "ridge " + intensity_text(ceiling.ridge) + "OP/B");
  json.end_object();
}

void write_point(JsonWriter& json, const RooflinePoint& point) {
  json.begin_object();
  json.member("name", point.name);
  json.member("series", std::uint64_t{point.series});
  json.key("layer");
  if (point.layer) {
    json.value(std::uint64_t{*point.layer});
  } else {
    json.null();
  }
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
  for (const RooflineCeiling& ceiling : chart.ceilings) write_ceiling(json, ceiling);
  json.end_array();
  write_series(json, chart.series);
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
  for (const BarRow& row : chart.rows) {
    json.begin_object();
    json.member("name", row.name);
    json.member("sum", row.sum);
    write_array(json, "values", row.values);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.finish();
}

std::string json_of(const HeatMap& map) {
  JsonWriter json;
  json.begin_object();
  write_array(json, "layers", map.layers);
  json.key("measures");
  json.begin_array();
  for (const HeatMap::Measure& measure : map.measures) {
    json.begin_object();
    json.member("name", measure.name);
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

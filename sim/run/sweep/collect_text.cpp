#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "sim/report/csv_line.h"
#include "sim/run/sweep/collect_table.h"
#include "sim/run/sweep/result.h"
#include "sim/run/sweep/text_file.h"

namespace nzsim::sweep {
namespace {

namespace fs = std::filesystem;

class CsvSink : public RowSink {
 public:
  CsvSink(const fs::path& path, const Columns& columns) : file_(path), columns_(columns) {
    std::string line;
    for (std::size_t index = 0; index < columns_.without_host(); ++index) {
      if (index > 0) line += ',';
      line += csv_field(columns_.names[index]);
    }
    file_.write(line + "\r\n");
  }

  void row(const std::vector<Cell>& cells) override {
    line_.clear();
    for (std::size_t index = 0; index < columns_.without_host(); ++index) {
      if (index > 0) line_ += ',';
      const Cell& cell = cells[index];
      if (cell.kind == Cell::Kind::number) {
        fmt::format_to(std::back_inserter(line_), "{}", cell.number);
      } else if (cell.kind != Cell::Kind::none) {
        line_ += csv_field(cell.text);
      }
    }
    line_ += "\r\n";
    file_.write(line_);
  }

  void finish() override { file_.finish(); }

 private:
  TextFile file_;
  const Columns& columns_;
  std::string line_;
};

class JsonLinesSink : public RowSink {
 public:
  JsonLinesSink(const fs::path& path, const Columns& columns) : file_(path) {
    for (std::size_t index = 0; index < columns.without_host(); ++index) {
      keys_.push_back(json_string(columns.names[index]) + ':');
    }
  }

  void row(const std::vector<Cell>& cells) override {
    line_.assign(1, '{');
    for (std::size_t index = 0; index < keys_.size(); ++index) {
      const Cell& cell = cells[index];
      if (cell.kind == Cell::Kind::none) continue;
      if (line_.size() > 1) line_ += ',';
      line_ += keys_[index];
      if (cell.kind == Cell::Kind::number) {
        fmt::format_to(std::back_inserter(line_), "{}", cell.number);
      } else {
        line_ += cell.kind == Cell::Kind::json ? cell.text : json_string(cell.text);
      }
    }
    line_ += "}\n";
    file_.write(line_);
  }

  void finish() override { file_.finish(); }

 private:
  TextFile file_;
  std::vector<std::string> keys_;
  std::string line_;
};

}  // namespace

std::unique_ptr<RowSink> csv_sink(const fs::path& path, const Columns& columns) {
  return std::make_unique<CsvSink>(path, columns);
}

std::unique_ptr<RowSink> json_lines_sink(const fs::path& path, const Columns& columns) {
  return std::make_unique<JsonLinesSink>(path, columns);
}

}  // namespace nzsim::sweep

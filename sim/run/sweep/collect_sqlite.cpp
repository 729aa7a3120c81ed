#include <cstdint>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sqlite3.h>

#include "sim/base/errors.h"
#include "sim/run/sweep/collect_table.h"
#include "sim/run/sweep/text_file.h"

namespace nzsim::sweep {
namespace {

namespace fs = std::filesystem;

/// A name in SQL.
std::string sql_name(std::string_view name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

/// A database that is made anew, in one transaction.
class Database {
 public:
  explicit Database(const fs::path& path) : path_(path) {
    if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK) fail();
    // Until it is renamed nobody reads the file: nothing has to survive a crash.
    execute("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; BEGIN");
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() { sqlite3_close(handle_); }

  void execute(const std::string& sql) const {
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }
  [[nodiscard]] sqlite3* handle() const { return handle_; }

  [[noreturn]] void fail() const {
    throw InputError(path_.string(), "",
                     fmt::format("cannot write the database: {}", sqlite3_errmsg(handle_)));
  }

 private:
  fs::path path_;
  sqlite3* handle_ = nullptr;
};

/// An `INSERT` that is run for each row.
class Insertion {
 public:
  Insertion(const Database& database, const std::string& table, std::size_t columns)
      : database_(database) {
    std::string sql = "INSERT INTO " + table + " VALUES (?";
    for (std::size_t index = 1; index < columns; ++index) sql += ",?";
    sql += ")";
    if (sqlite3_prepare_v2(database.handle(), sql.c_str(), -1, &statement_, nullptr) != SQLITE_OK) {
      database.fail();
    }
  }
  Insertion(const Insertion&) = delete;
  Insertion& operator=(const Insertion&) = delete;
  ~Insertion() { sqlite3_finalize(statement_); }

  void add(const std::vector<Cell>& cells) {
    for (std::size_t index = 0; index < cells.size(); ++index) {
      if (bind(static_cast<int>(index) + 1, cells[index]) != SQLITE_OK) database_.fail();
    }
    if (sqlite3_step(statement_) != SQLITE_DONE) database_.fail();
    sqlite3_reset(statement_);
  }

 private:
  int bind(int place, const Cell& cell) {
    switch (cell.kind) {
      case Cell::Kind::none:
        return sqlite3_bind_null(statement_, place);
      case Cell::Kind::number:
        return sqlite3_bind_double(statement_, place, cell.number);
      case Cell::Kind::json:
        return bind_json(place, cell.text);
      case Cell::Kind::text:
        break;
    }
    return bind_text(place, cell.text);
  }

  /// Numbers as numbers, everything else as its text.
  int bind_json(int place, const std::string& text) {
    const auto value = nlohmann::json::parse(text, nullptr, false);
    if (value.is_number_integer()) {
      return sqlite3_bind_int64(statement_, place, value.get<std::int64_t>());
    }
    if (value.is_number()) return sqlite3_bind_double(statement_, place, value.get<double>());
    return bind_text(place, text);
  }

  int bind_text(int place, const std::string& text) {
    return sqlite3_bind_text(statement_, place, text.data(), static_cast<int>(text.size()),
                             SQLITE_TRANSIENT);
  }

  const Database& database_;
  sqlite3_stmt* statement_ = nullptr;
};

/// Makes the table `points`. Numbers that are whole become integers; axes keep what they are.
void create_points(const Database& database, const Columns& columns, const Plan& plan) {
  constexpr std::size_t kFirstAxis = 4;
  const std::size_t first_number = kFirstAxis + plan.config.axes.size();
  const std::size_t last_texts = columns.without_host() - 2;
  std::string sql = "CREATE TABLE points (";
  for (std::size_t index = 0; index < columns.names.size(); ++index) {
    const bool is_number = index == 0 || (index >= first_number && index < last_texts) ||
                           index + 1 == columns.names.size();
    const bool is_axis = index >= kFirstAxis && index < first_number;
    sql += fmt::format("{}{}{}", index == 0 ? "" : ", ", sql_name(columns.names[index]),
                       is_number ? " NUMERIC" : (is_axis ? "" : " TEXT"));
  }
  database.execute(sql + ")");
}

void write_info(const Database& database, const Plan& plan) {
  database.execute("CREATE TABLE info (name TEXT, value)");
  Insertion insertion(database, "info", 2);
  const SweepConfig& config = plan.config;
  const std::pair<const char*, std::string> texts[] = {
      {"schema", "nzsim.sweep_results/1"}, {"nzsim_version", NZSIM_VERSION}, {"name", config.name},
      {"description", config.description}, {"source", config.source},        {"base", config.base},
      {"sweep", config.resolved}};
  for (const auto& [name, text] : texts) insertion.add({text_cell(name), text_cell(text)});
  insertion.add({text_cell("points"), {Cell::Kind::json, 0.0, std::to_string(plan.points.size())}});
  insertion.add({text_cell("excluded"), {Cell::Kind::json, 0.0, std::to_string(plan.excluded)}});
}

class SqliteSink : public RowSink {
 public:
  SqliteSink(const fs::path& path, const Columns& columns, const Plan& plan)
      : file_(path), database_(std::make_unique<Database>(file_.path())) {
    create_points(*database_, columns, plan);
    write_info(*database_, plan);
    points_ = std::make_unique<Insertion>(*database_, "points", columns.names.size());
  }

  void row(const std::vector<Cell>& cells) override { points_->add(cells); }

  void finish() override {
    points_.reset();
    database_->execute("CREATE UNIQUE INDEX points_by_key ON points (key); COMMIT");
    database_.reset();
    file_.rename();
  }

 private:
  TemporaryFile file_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Insertion> points_;
};

}  // namespace

std::unique_ptr<RowSink> sqlite_sink(const fs::path& path, const Columns& columns,
                                     const Plan& plan) {
  return std::make_unique<SqliteSink>(path, columns, plan);
}

}  // namespace nzsim::sweep

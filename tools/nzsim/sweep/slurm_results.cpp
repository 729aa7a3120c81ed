#include "tools/nzsim/sweep/slurm_results.h"

#include <algorithm>
#include <fstream>
#include <utility>

#include "sim/run/sweep/result.h"
#include "sim/run/sweep/store.h"

namespace nzsim::cli {

namespace fs = std::filesystem;

ExpectedResults::ExpectedResults(const sweep::Plan& plan, fs::path directory,
                                 const sweep::Again& again)
    : directory_(std::move(directory)) {
  const sweep::ResultStore store(directory_);
  progress_.total = plan.points.size();
  for (std::size_t index = 0; index < plan.points.size(); ++index) {
    const sweep::PointKey& key = plan.points.key(index);
    const sweep::StoredResult* const known = store.find(key);
    if (const auto attempt = sweep::needed_attempt(known, key, again)) {
      expected_[key] = {index, *attempt};
      continue;
    }
    ++progress_.finished;
    if (known->status != sweep::Status::done) ++progress_.failed;
  }
}

void ExpectedResults::update() {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(sweep::results_directory(directory_), error)) {
    if (entry.path().extension() == ".jsonl") read(entry.path(), offsets_[entry.path()]);
  }
}

void ExpectedResults::read(const fs::path& path, std::uint64_t& offset) {
  std::ifstream stream(path, std::ios::binary);
  stream.seekg(static_cast<std::streamoff>(offset));
  for (std::string text; std::getline(stream, text);) {
    // Not yet written to its end.
    if (stream.eof()) return;
    // Whether lines are sound was judged at first, and is again when tables are made.
    offset += text.size() + 1;
    const sweep::PointResult result = sweep::result_of_line(text, path.string(), 0);
    const auto place = expected_.find(sweep::PointKey::parse(result.key).value());
    if (place == expected_.end() || result.attempt < place->second.attempt) continue;
    ++progress_.finished;
    if (result.status != sweep::Status::done) ++progress_.failed;
    expected_.erase(place);
  }
}

std::vector<std::uint64_t> ExpectedResults::missing() const {
  std::vector<std::uint64_t> places;
  for (const auto& [key, expected] : expected_) places.push_back(expected.index);
  std::sort(places.begin(), places.end());
  return places;
}

}  // namespace nzsim::cli

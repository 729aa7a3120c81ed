#include "tools/nzsim/baseline/host.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <thread>

#include "tools/nzsim/baseline/statistics.h"

namespace nzsim::baseline {
namespace {

namespace fs = std::filesystem;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

/// First line of a file of the kernel, which states no size; nothing where it cannot be read.
std::optional<std::string> first_line(const fs::path& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line) || trimmed(line).empty()) return {};
  return std::string(trimmed(line));
}

/// What stands behind `KEY :` in a table of the kernel.
std::optional<std::string> value_of(const fs::path& path, std::string_view key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::string_view text = line;
    if (trimmed(text.substr(0, colon)) != key) continue;
    const std::string_view value = trimmed(text.substr(colon + 1));
    if (!value.empty()) return std::string(value);
  }
  return {};
}

/// The number that `text` starts with, and what follows it.
template <class Number>
std::optional<Number> leading_number(std::string_view text, std::string_view* rest = nullptr) {
  Number number{};
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return {};
  if (rest != nullptr) {
    *rest = trimmed(text.substr(static_cast<std::size_t>(stop - text.data())));
  }
  return number;
}

/// Bytes of `32768K`, `16 kB` or `1M`; nothing for other units.
std::optional<std::uint64_t> bytes_of(const std::optional<std::string>& text) {
  if (!text) return {};
  std::string_view unit;
  const auto number = leading_number<std::uint64_t>(*text, &unit);
  if (!number) return {};
  if (unit == "K" || unit == "kB") return *number << 10U;
  if (unit == "M") return *number << 20U;
  return {};
}

/// The largest cache of the first core.
std::optional<std::uint64_t> last_cache_below(const fs::path& caches) {
  std::optional<std::uint64_t> largest;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(caches, error)) {
    const std::optional<std::uint64_t> bytes = bytes_of(first_line(entry.path() / "size"));
    if (bytes && bytes > largest) largest = bytes;
  }
  return largest;
}

}  // namespace

bool Host::is_busy() const { return load_average && is_loaded(*load_average, cores); }

Host host_below(const fs::path& root) {
  const fs::path first_core = root / "sys/devices/system/cpu/cpu0";
  Host host;
  host.cpu = value_of(root / "proc/cpuinfo", "model name");
  host.governor = first_line(first_core / "cpufreq/scaling_governor");
  if (const auto line = first_line(root / "proc/loadavg")) {
    host.load_average = leading_number<double>(*line);
  }
  host.last_cache_bytes = last_cache_below(first_core / "cache");
  host.memory_bytes = bytes_of(value_of(root / "proc/meminfo", "MemTotal"));
  return host;
}

Host this_host() {
  Host host = host_below("/");
  host.cores = std::max(1U, std::thread::hardware_concurrency());
  if (const char* coretype = std::getenv("OPENBLAS_CORETYPE")) host.openblas_coretype = coretype;
  return host;
}

}  // namespace nzsim::baseline

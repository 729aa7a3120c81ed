#include "tests/system/source_tree.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "sim/base/files.h"

namespace nzsim::test {
namespace {

namespace fs = std::filesystem;

/// Arrows inside `sim`: each part and what it may include directly; arrows add up along paths.
const std::map<std::string, std::vector<std::string>>& sim_arrows() {
  static const std::map<std::string, std::vector<std::string>> arrows{
      {"sim/base", {}},
      {"sim/config", {"sim/base"}},
      {"sim/stats", {"sim/base"}},
      {"sim/workload", {"sim/config"}},
      {"sim/kernel", {"sim/stats"}},
      {"sim/memory", {"sim/kernel", "sim/config"}},
      {"sim/energy", {"sim/stats", "sim/config", "sim/memory"}},
      {"sim/report", {"sim/energy"}},
      {"sim/run",
       {"sim/workload", "sim/kernel", "sim/memory", "sim/energy", "sim/report", "sim/stats"}},
  };
  return arrows;
}

bool reaches(const std::string& from, const std::string& to) {
  if (from == to) return true;
  const auto found = sim_arrows().find(from);
  if (found == sim_arrows().end()) return false;
  return std::any_of(found->second.begin(), found->second.end(),
                     [&](const std::string& next) { return reaches(next, to); });
}

std::string first_part(const std::string& path) { return path.substr(0, path.find('/')); }

/// Index behind the literal that starts at `text[at]`, a quotation mark.
std::size_t end_of_literal(std::string_view text, std::size_t at) {
  const char mark = text[at];
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == mark || text[i] == '\n') {
      return i + 1;
    }
  }
  return text.size();
}

bool starts_literal(std::string_view text, std::size_t at) {
  // A digit before an apostrophe: a digit separator.
  return text[at] == '"' ||
         (text[at] == '\'' &&
          (at == 0 || std::isalnum(static_cast<unsigned char>(text[at - 1])) == 0));
}

}  // namespace

std::vector<std::string> source_files(const std::vector<std::string>& rooms) {
  const fs::path root{NZSIM_SOURCE_DIR};
  std::vector<std::string> files;
  for (const std::string& room : rooms) {
    if (!fs::is_directory(root / room)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
      const fs::path extension = entry.path().extension();
      if (extension != ".h" && extension != ".cpp") continue;
      files.push_back(entry.path().lexically_relative(root).generic_string());
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string source_text(const std::string& file) {
  return read_file(fs::path{NZSIM_SOURCE_DIR} / file);
}

std::vector<Include> includes_of(const std::string& file, std::string_view text) {
  static const std::regex pattern{R"re(^\s*#\s*include\s*([<"])([^>"]+)[>"])re"};
  std::vector<Include> includes;
  std::istringstream lines{std::string{text}};
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    std::smatch match;
    if (!std::regex_search(line, match, pattern)) continue;
    includes.push_back({file, number, match[2].str(), match[1].str() == "\""});
  }
  return includes;
}

std::string without_comments(std::string_view text) {
  std::string code;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t next = i + 1;
    if (starts_literal(text, i)) {
      next = end_of_literal(text, i);
      code += text.substr(i, next - i);
    } else if (text.substr(i, 2) == "//") {
      next = std::min(text.find('\n', i), text.size());
    } else if (text.substr(i, 2) == "/*") {
      next = std::min(text.find("*/", i + 2), text.size() - 2) + 2;
      code += ' ';
    } else {
      code += text[i];
    }
    i = next;
  }
  return code;
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  char before = ' ';
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (std::isalpha(code) != 0) {
      const auto last = static_cast<unsigned char>(before);
      const bool camel = std::islower(last) != 0 && std::isupper(code) != 0;
      if (std::isalpha(last) == 0 || camel) words.emplace_back();
      words.back() += static_cast<char>(std::tolower(code));
    }
    before = c;
  }
  return words;
}

std::string room_of(const std::string& file) {
  std::string top = first_part(file);
  if (top != "sim" && top != "models") return top;
  const std::string inner = file.substr(std::min(top.size() + 1, file.size()));
  return inner.find('/') == std::string::npos ? top : top + "/" + first_part(inner);
}

bool may_include(const std::string& from, const std::string& to) {
  if (from == to || from == "tests") return true;
  const std::string from_top = first_part(from);
  const std::string to_top = first_part(to);
  if (from_top == "sim") return to_top == "sim" && reaches(from, to);
  if (from_top == "models" || from_top == "workloads") return to_top == "sim";
  return from_top == "tools" && to_top != "tests";
}

}  // namespace nzsim::test

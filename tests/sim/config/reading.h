#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "sim/base/errors.h"
#include "sim/config/node.h"

namespace nzsim {

/// The error lines of `text` when `read` reads its top object.
inline std::vector<std::string> errors_of(const std::string& text, const auto& read) {
  ConfigDocument document = ConfigDocument::parse(text, "m.json");
  ConfigNode root = document.root();
  read(root);
  std::vector<std::string> lines;
  try {
    document.finish();
  } catch (const ConfigError& error) {
    for (const Diagnostic& diagnostic : error.diagnostics()) lines.push_back(to_string(diagnostic));
  }
  return lines;
}

/// What `read` returns for `text`, which has no error, and how it is echoed.
template <class Read>
auto value_of(const std::string& text, const Read& read, nlohmann::json* resolved = nullptr) {
  ConfigDocument document = ConfigDocument::parse(text, "m.json");
  ConfigNode root = document.root();
  const auto value = read(root);
  EXPECT_NO_THROW(document.finish());
  if (resolved != nullptr) *resolved = nlohmann::json::parse(document.resolved());
  return value;
}

}  // namespace nzsim

#include "sim/base/errors.h"

namespace nzsim {
namespace {

std::string join(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (!text.empty()) text += '\n';
    text += to_string(diagnostic);
  }
  return text;
}

}  // namespace

std::string to_string(const Diagnostic& diagnostic) {
  std::string text = diagnostic.file;
  if (!diagnostic.pointer.empty()) {
    if (!text.empty()) text += ": ";
    text += diagnostic.pointer;
  }
  if (!text.empty()) text += ": ";
  text += diagnostic.message;
  // An error is one line, whatever a file put into a name.
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

InputError::InputError(std::vector<Diagnostic> diagnostics)
    : std::runtime_error(join(diagnostics)), diagnostics_(std::move(diagnostics)) {}

InputError::InputError(std::string file, std::string pointer, std::string message)
    : InputError(std::vector<Diagnostic>{
          Diagnostic{std::move(file), std::move(pointer), std::move(message)}}) {}

void fail_assertion(std::string_view condition, std::string_view module, std::uint64_t cycle,
                    const std::string& message) {
  throw SimulationError(
      fmt::format("{}: cycle {}: {} (assertion {})", module, cycle, message, condition));
}

}  // namespace nzsim

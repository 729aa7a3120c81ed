#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "sim/memory/command.h"

namespace nzsim::cli {

/// Passes each command on to several listeners, which outlive it.
class CommandListeners : public CommandListener {
 public:
  void add(CommandListener& listener) { listeners_.push_back(&listener); }
  void on_command(const CommandRecord& record) override {
    for (CommandListener* listener : listeners_) listener->on_command(record);
  }

 private:
  std::vector<CommandListener*> listeners_;
};

/// Writes a command trace. What takes the place of a regular file, or of none, is written beside it
/// first: a run that fails leaves no trace.
class CommandFile : public CommandListener {
 public:
  /// Throws `InputError` where `path` cannot be written.
  explicit CommandFile(std::filesystem::path path);
  CommandFile(const CommandFile&) = delete;
  CommandFile& operator=(const CommandFile&) = delete;
  ~CommandFile() override;

  void on_command(const CommandRecord& record) override;
  /// Puts the whole file in its place. Throws `InputError` where that fails.
  void finish();

 private:
  void write();
  [[noreturn]] void fail() const;

  std::filesystem::path path_;
  /// Where it is written: `path_` or beside it.
  std::filesystem::path written_;
  std::ofstream stream_;
  std::string text_;
  bool is_finished_ = false;
};

}  // namespace nzsim::cli

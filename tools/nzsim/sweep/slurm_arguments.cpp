#include "tools/nzsim/sweep/slurm_arguments.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "sim/base/errors.h"
#include "sim/run/sweep/workers.h"
#include "tools/nzsim/sweep/slurm_script.h"

namespace nzsim::cli {
namespace {

namespace fs = std::filesystem;

/// Options of `sbatch` that nzsim gives itself, or with which it would not submit the script.
constexpr std::array<std::string_view, 8> kOwnOptions{
    "--array", "--parsable", "--wait", "--wrap", "--test-only", "--help", "--usage", "--version"};

void refuse(const Arguments& arguments, const std::vector<std::string>& names, const char* launcher,
            const char* other) {
  for (const std::string& name : names) {
    if (arguments.flag(name)) {
      throw InputError("--" + name, "",
                       fmt::format("expected --launcher {}, got {}", launcher, other));
    }
  }
}

bool is_control(char letter) {
  return static_cast<unsigned char>(letter) < ' ' || letter == '\x7f';
}

/// Words that `sbatch` is given as they are. Throws `InputError`.
std::vector<std::string> sbatch_options(const Arguments& arguments) {
  std::vector<std::string> options = arguments.texts("slurm-arg");
  for (const std::string& option : options) {
    const std::string name = option.substr(0, option.find('='));
    if (!option.starts_with("--") || name.size() == 2 ||
        std::any_of(option.begin(), option.end(), is_control)) {
      throw InputError("--slurm-arg", "",
                       fmt::format("expected an option of sbatch that begins with --, as in "
                                   "--slurm-arg=--partition=NAME, got \"{}\"",
                                   option));
    }
    // Slurm's commands take names that are cut short.
    const bool is_own = std::any_of(kOwnOptions.begin(), kOwnOptions.end(),
                                    [&](std::string_view own) { return own.starts_with(name); });
    if (is_own) {
      throw InputError(
          "--slurm-arg", "",
          fmt::format("expected an option that nzsim does not set itself, got \"{}\"", option));
    }
  }
  return options;
}

/// The command that goes on, without the sweep's file: the plan is in the directory.
std::string resume_command(const Arguments& arguments, const fs::path& directory,
                           std::uint64_t shards) {
  std::vector<std::string> words = {"nzsim",      "sweep", "run",      directory.string(),
                                    "--launcher", "slurm", "--shards", fmt::format("{}", shards)};
  for (const std::string& option : arguments.texts("slurm-arg")) {
    words.push_back("--slurm-arg=" + option);
  }
  for (const std::string name : {"retry-failed", "reports", "cancel-on-interrupt"}) {
    if (arguments.flag(name)) words.push_back("--" + name);
  }
  return shell_command(words);
}

/// The directory as nodes find it, wherever a job starts. Slurm reads `#SBATCH` lines by rules of
/// its own, which some characters do not survive.
fs::path job_directory(const fs::path& directory) {
  fs::path path = fs::absolute(directory).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();
  const std::string text = path.string();
  const bool is_bad = std::any_of(text.begin(), text.end(), [](char letter) {
    return letter == '"' || letter == '\\' || is_control(letter);
  });
  if (is_bad) {
    throw InputError("--launcher slurm", "",
                     fmt::format("expected a directory without double quotes, backslashes and "
                                 "control characters in its path, got {}",
                                 text));
  }
  return path;
}

}  // namespace

std::vector<Option> with_launcher_options(std::vector<Option> options) {
  for (Option option : std::initializer_list<Option>{
           {"launcher", "local|slurm", "run points here (default), or on a cluster by Slurm"},
           {"shards", "K",
            "Slurm: tasks of the job array (default: one per 16 points, 1000 at most)"},
           {"slurm-arg", "--OPTION",
            "Slurm: an option that sbatch is given, as "
            "--slurm-arg=--partition=NAME",
            true},
           {"dry-run", "", "Slurm: print the job script and how to submit it; submit nothing"},
           {"cancel-on-interrupt", "", "Slurm: Ctrl-C cancels the job; without this it goes on"}}) {
    options.push_back(std::move(option));
  }
  return options;
}

bool wants_slurm(const Arguments& arguments) {
  const bool is_slurm = arguments.choice("launcher", {"local", "slurm"}) == "slurm";
  if (is_slurm) {
    refuse(arguments, {"jobs"}, "local", "slurm");
    static_cast<void>(sbatch_options(arguments));
  } else {
    refuse(arguments, {"shards", "slurm-arg", "dry-run", "cancel-on-interrupt"}, "slurm", "local");
  }
  return is_slurm;
}

SlurmRequest slurm_request(const Arguments& arguments, const sweep::Plan& plan,
                           const fs::path& directory) {
  const fs::path path = job_directory(directory);
  const std::uint64_t shards = arguments.integer("shards", 1, sweep::kMostShards)
                                   .value_or(default_shards(plan.points.size()));
  return {.plan = plan,
          .directory = path,
          .shards = shards,
          .options = sbatch_options(arguments),
          .retry_failed = arguments.flag("retry-failed"),
          .reports = arguments.flag("reports"),
          .dry_run = arguments.flag("dry-run"),
          .cancel_on_interrupt = arguments.flag("cancel-on-interrupt"),
          .resume_command = resume_command(arguments, path, shards)};
}

}  // namespace nzsim::cli

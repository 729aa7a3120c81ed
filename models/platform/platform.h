#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace nzsim {
class ConfigNode;
}

namespace nzsim::platform {

/// What sort of machine a platform is.
enum class Kind { cpu, gpu, mobile_gpu, tpu, asic, fpga };

/// Type of the numbers that a platform multiplies.
enum class NumberType {
  float64,
  float32,
  tensor_float32,
  float16,
  bfloat16,
  float8,
  int16,
  int8,
};

/// One published figure with where it was published.
struct Figure {
  double value = 0.0;
  /// The source says "less than".
  bool is_upper_limit = false;
  std::string source;
};

/// The shape of the products that one instruction of a matrix unit, or one block of threads,
/// computes: `[outputs, inputs]` weights times `[inputs, batch]` inputs. What a layer leaves of the
/// last tile is computed too.
struct Tile {
  std::uint32_t outputs = 1;
  std::uint32_t batch = 1;
  std::uint32_t inputs = 1;
};

/// A peak rate; a multiply-accumulate is two operations, zeros are not skipped.
struct Rate {
  NumberType type = NumberType::float32;
  double operations_per_second = 0.0;
  /// By a unit for dense matrix products (tensor cores, a systolic array), which sparse products
  /// cannot use.
  bool is_matrix_unit = false;
  /// Of the matrix unit's instruction.
  std::optional<Tile> tile;
  std::string source;
};

/// The four kernels of a layer: dense or compressed sparse rows, times a vector or a matrix.
enum class Kernel { dense_vector, dense_matrix, sparse_vector, sparse_matrix };

/// What a kernel attains of the platform's peaks.
struct Attainable {
  Kernel kernel = Kernel::dense_vector;
  double bandwidth_fraction = 1.0;
  double rate_fraction = 1.0;
  /// Outputs that one processor computes at a time, over all inputs; processors run in waves of
  /// such blocks.
  std::optional<Tile> block;
  /// Numbers of one column of the batch that a sparse kernel moves at once; a row of weights needs
  /// those at its non-zeros. 1: only these are moved.
  std::uint32_t gathered_numbers = 1;
};

/// Mean magnitude of the errors of calibrated times, in percent: on the measurements that the
/// fractions follow from, and on others.
struct CalibrationErrors {
  double calibrating_percent = 0.0;
  double judging_percent = 0.0;
};

/// Attainable fractions in `float32`, calibrated to measurements.
struct Calibration {
  /// Time of a call before any work starts.
  double launch_seconds = 0.0;
  std::vector<Attainable> kernels;
  /// The measurements, and how the fractions follow from them.
  std::string source;
  /// Nothing where no measurement was left to judge.
  std::optional<CalibrationErrors> errors = {};
};

/// A file of `configs/platforms`: a machine known by its published figures alone. What is unknown
/// is absent.
struct Platform {
  std::string name;
  std::string description;
  Kind kind = Kind::cpu;
  std::optional<Figure> process_nm;
  std::optional<Figure> die_mm2;
  std::optional<Figure> base_clock_mhz;
  std::optional<Figure> boost_clock_mhz;
  /// Cores, streaming multiprocessors, tiles.
  std::optional<Figure> processors;
  /// Of the memory that holds the weights.
  std::optional<Figure> memory_gigabytes_per_second;
  std::optional<Figure> memory_gigabytes;
  std::optional<Figure> on_chip_mebibytes;
  /// Where it is published that inputs and outputs of layers stay in memories of the chip, so that
  /// weights alone cross the memory; nothing where they cross it too.
  std::optional<std::string> activations_on_chip;
  /// Power: what the cooling is made for, under load, without load.
  std::optional<Figure> thermal_watts;
  std::optional<Figure> busy_watts;
  std::optional<Figure> idle_watts;
  std::vector<Rate> rates;
  std::optional<Calibration> calibration;
  /// Where sources disagree: what each says, the choice and why.
  std::vector<std::string> conflicts;

  /// The fastest rate of numbers of `type`, of all units or without the matrix unit; nullptr where
  /// the platform has none.
  [[nodiscard]] const Rate* fastest(NumberType type, bool with_matrix_unit) const;
  /// What `kernel` attains; nullptr where nothing was measured.
  [[nodiscard]] const Attainable* attainable(Kernel kernel) const;
};

/// Reads `configs/platforms/NAME.json`; `load_platform` throws `ConfigError` with all errors of the
/// file.
[[nodiscard]] Platform platform_from(ConfigNode& root);
[[nodiscard]] Platform load_platform(const std::filesystem::path& path);

[[nodiscard]] std::string_view to_string(Kind kind);
[[nodiscard]] std::string_view to_string(NumberType type);
[[nodiscard]] std::string_view to_string(Kernel kernel);
/// Bytes of one number in memory.
[[nodiscard]] std::uint32_t bytes_of(NumberType type);

}  // namespace nzsim::platform

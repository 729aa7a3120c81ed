#include "models/eie/config.h"

#include <fmt/format.h>

#include "sim/config/node.h"
#include "sim/memory/machine_memory.h"

namespace nzsim::eie {
namespace {

std::uint32_t unsigned_of(ConfigNode& node, std::string_view key, std::int64_t minimum,
                          std::int64_t maximum, std::int64_t default_value,
                          std::string_view description) {
  return static_cast<std::uint32_t>(
      node.integer(key, {minimum, maximum, default_value, description}));
}

std::optional<int> fraction_bits(ConfigNode& node, std::string_view key,
                                 std::string_view description) {
  const std::optional<std::int64_t> bits =
      node.integer_or(key, "auto", {-15, 30, std::nullopt, description});
  if (!bits) return std::nullopt;
  return static_cast<int>(*bits);
}

void read_memories(ConfigNode& node, Config& config) {
  node.object("sparse_matrix_sram", false, "Weights: codes and skips.", [&](ConfigNode& sram) {
    config.sparse_matrix_width_bits = unsigned_of(
        sram, "width_bits", 1, 65536, config.sparse_matrix_width_bits, "Bits of one line.");
    config.sparse_matrix_bytes = static_cast<std::uint64_t>(
        sram.integer("capacity_bytes",
                     {1, std::int64_t{1} << 32,
                      static_cast<std::int64_t>(config.sparse_matrix_bytes), "Bytes per PE."}));
    if (!sram.describing() && config.entries_per_line() == 0) {
      sram.fail("width_bits",
                fmt::format("expected at least one entry of {} bits, got {}",
                            config.code_bits + config.skip_bits, config.sparse_matrix_width_bits));
    }
  });
  node.object("pointer_sram", false, "Column pointers, in two banks.", [&](ConfigNode& sram) {
    config.pointer_bytes = static_cast<std::uint64_t>(
        sram.integer("capacity_bytes",
                     {1, std::int64_t{1} << 32, static_cast<std::int64_t>(config.pointer_bytes),
                      "Bytes per PE, both banks."}));
    config.pointer_bits =
        unsigned_of(sram, "pointer_bits", 1, 32, config.pointer_bits, "Bits of one pointer.");
  });
  node.object("activation_sram", false, "Activations of vectors longer than the register files.",
              [&](ConfigNode& sram) {
                config.activation_sram_bytes = static_cast<std::uint64_t>(sram.integer(
                    "capacity_bytes",
                    {0, std::int64_t{1} << 32,
                     static_cast<std::int64_t>(config.activation_sram_bytes), "Bytes per PE."}));
                config.activation_sram_width_bits =
                    unsigned_of(sram, "width_bits", 16, 4096, config.activation_sram_width_bits,
                                "Bits moved in one cycle, a multiple of 16.");
                if (!sram.describing() && config.activation_sram_width_bits % 16 != 0) {
                  sram.fail("width_bits", fmt::format("expected a multiple of 16, got {}",
                                                      config.activation_sram_width_bits));
                }
              });
}

/// A memory without streaming, and streaming without a memory, would have no effect.
void read_streaming(ConfigNode& node, Config& config) {
  config.memory = memory_of_machine(node);
  const std::string streaming = node.choice(
      "matrix_streaming",
      {.options = {"never", "oversized", "always"},
       .default_value = "never",
       .description = "Which layers' matrices come from /memory each time they are used: none, "
                      "those that the SRAMs do not hold, all."});
  if (node.describing() || !node.valid()) return;
  if (streaming == "oversized") config.matrix_streaming = MatrixStreaming::oversized;
  if (streaming == "always") config.matrix_streaming = MatrixStreaming::always;
  const bool streams = config.matrix_streaming != MatrixStreaming::never;
  if (streams && !config.memory) {
    node.fail(
        "matrix_streaming",
        fmt::format("expected \"never\" where the machine has no /memory, got \"{}\"", streaming));
  }
  if (!streams && config.memory) {
    node.fail("memory",
              fmt::format("expected no memory where /matrix_streaming is \"never\", got \"{}\"",
                          config.memory->name));
  }
}

void check_widths(ConfigNode& node, const Config& config) {
  if (node.describing()) return;
  if (config.codebook_entries > (1ULL << config.code_bits)) {
    node.fail("codebook_entries",
              fmt::format("expected at most {}, what {} code bits can name, got {}",
                          1ULL << config.code_bits, config.code_bits, config.codebook_entries));
  }
}

}  // namespace

Config Config::from(ConfigNode& node, double clock_hz) {
  Config config;
  config.clock_hz = clock_hz;
  config.pe_count = unsigned_of(node, "pe_count", 1, 1024, config.pe_count, "Processing elements.");
  config.activation_queue_depth =
      unsigned_of(node, "activation_queue_depth", 1, 4096, config.activation_queue_depth,
                  "Items that one activation queue holds.");
  config.code_bits =
      unsigned_of(node, "code_bits", 1, 16, config.code_bits, "Bits of a weight's code.");
  config.skip_bits = unsigned_of(node, "skip_bits", 1, 8, config.skip_bits,
                                 "Bits of the number of zeros before an entry.");
  config.codebook_entries = unsigned_of(node, "codebook_entries", 2, 65536, config.codebook_entries,
                                        "Shared weights, the zero of code 0 included.");
  config.activation_registers =
      unsigned_of(node, "activation_registers", 1, 65535, config.activation_registers,
                  "Registers per PE of the source and of the destination file each.");
  read_memories(node, config);
  node.object("fixed_point", false, "Formats of the 16-bit numbers.", [&](ConfigNode& fixed) {
    config.activation_fraction_bits =
        fraction_bits(fixed, "activation_fraction_bits",
                      "Bits behind the point of activations, or \"auto\": by each layer's range.");
    config.weight_fraction_bits =
        fraction_bits(fixed, "weight_fraction_bits",
                      "Bits behind the point of weights, or \"auto\": by each layer's range.");
  });
  config.lnzd_tree_latency_cycles =
      unsigned_of(node, "lnzd_tree_latency_cycles", 0, 1024, config.lnzd_tree_latency_cycles,
                  "Delay between detection of a non-zero and the queues.");
  config.line_change_penalty_cycles =
      unsigned_of(node, "line_change_penalty_cycles", 0, 1024, config.line_change_penalty_cycles,
                  "Stall of a PE for each sparse-matrix SRAM line that it reads.");
  read_streaming(node, config);
  check_widths(node, config);
  return config;
}

}  // namespace nzsim::eie

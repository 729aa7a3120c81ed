#include "tests/support/eie_recurrence.h"

#include <algorithm>

namespace nzsim::eie::test {

Recurrence::Recurrence(const Config& config, const Statistics& statistics)
    : config_(config), statistics_(statistics) {
  start_layer();
}

void Recurrence::start_layer() {
  counters_ = statistics_.registry.zeros();
  last_lines_.assign(config_.pe_count, -1);
}

Recurrence::Service Recurrence::serve(const MatrixImage& image, std::uint32_t batch,
                                      std::uint32_t column, std::uint32_t pe) {
  Service service;
  const std::uint32_t begin = image.column_starts(batch, column)[pe];
  const std::uint32_t end = image.column_starts(batch, column + 1)[pe];
  service.entries = end - begin;
  service.paddings = image.column_paddings(batch, column)[pe];
  for (std::uint32_t address = begin; address < end; ++address) {
    const std::int64_t line = address / config_.entries_per_line();
    if (line != last_lines_[pe]) ++service.line_reads;
    last_lines_[pe] = line;
  }
  service.slots = std::max<std::uint64_t>(
      1, service.entries + service.line_reads * config_.line_change_penalty_cycles);
  return service;
}

void Recurrence::add_pass(const MatrixImage& image, const Pass& pass,
                          std::span<const std::int16_t> inputs, std::int16_t one,
                          bool relu_on_input) {
  const std::uint32_t pes = config_.pe_count;
  std::vector<Item> items;
  std::vector<std::vector<Service>> services;
  std::vector<std::uint64_t> last_slots;
  std::int64_t last_row = -1;
  bool was_last_lane = false;
  for (std::uint32_t column = pass.column_begin; column < pass.column_end; ++column) {
    const std::int16_t value = column < image.inputs ? inputs[column] : one;
    if (value == 0 || (relu_on_input && value < 0)) continue;
    const std::uint32_t j = column - pass.column_begin;
    const std::int64_t row = j / pes;
    Item item;
    item.column = column;
    if (items.empty()) {
      item.found = 1 + static_cast<std::uint64_t>(row);
    } else {
      const auto gap = static_cast<std::uint64_t>(row - last_row);
      item.found = items.back().broadcast + 1 + gap - (gap > 0 && was_last_lane ? 1 : 0);
    }
    last_row = row;
    was_last_lane = j % pes == pes - 1;

    const std::size_t k = items.size();
    const std::size_t depth = config_.activation_queue_depth;
    item.broadcast = k < depth ? item.found : std::max(item.found, last_slots[k - depth]);
    const std::uint64_t earliest = item.broadcast + 2 + config_.lnzd_tree_latency_cycles;
    std::vector<Service> row_of_pes;
    std::uint64_t last_slot = 0;
    for (std::uint32_t pe = 0; pe < pes; ++pe) {
      Service service = serve(image, pass.output_batch, column, pe);
      const std::uint64_t free =
          services.empty() ? 0 : services.back()[pe].slot + services.back()[pe].slots;
      service.slot = std::max(free, earliest);
      last_slot = std::max(last_slot, service.slot);
      row_of_pes.push_back(service);
    }
    items.push_back(item);
    last_slots.push_back(last_slot);
    services.push_back(row_of_pes);
  }
  count(items, services, std::uint64_t{pass.source_load_cycles} + pass.write_back_cycles);
  counters_[statistics_.activation_sram_reads.value] +=
      std::uint64_t{pass.source_load_cycles} * pes;
  counters_[statistics_.activation_sram_writes.value] +=
      std::uint64_t{pass.write_back_cycles} * pes;
}

void Recurrence::count(const std::vector<Item>& items,
                       const std::vector<std::vector<Service>>& services, std::uint64_t transfers) {
  std::uint64_t end = 9;
  for (const auto& row_of_pes : services) {
    for (const Service& service : row_of_pes) {
      if (service.entries > 0) end = std::max(end, service.slot + service.slots - 1 + 6);
    }
  }
  const std::uint64_t cycles = end + transfers;
  counters_[statistics_.cycles.value] += cycles;
  counters_[statistics_.activation_transfer_cycles.value] += transfers;

  std::uint64_t idle = cycles;
  for (const Item& item : items) {
    const std::uint64_t broadcasts = item.broadcast < end ? 1 : 0;
    const std::uint64_t blocked = std::min(item.broadcast, end) - std::min(item.found, end);
    counters_[statistics_.broadcasts.value] += broadcasts;
    counters_[statistics_.broadcast_blocked_cycles.value] += blocked;
    idle -= broadcasts + blocked;
  }
  counters_[statistics_.scan_idle_cycles.value] += idle;

  for (std::uint32_t pe = 0; pe < config_.pe_count; ++pe) {
    std::uint64_t starved = cycles;
    for (const auto& row_of_pes : services) {
      const Service& service = row_of_pes[pe];
      if (service.slot >= end) continue;
      const std::uint64_t stalls = service.line_reads * config_.line_change_penalty_cycles;
      const std::uint64_t bubbles = service.entries == 0 ? 1 : 0;
      statistics_.pointer_reads.of(counters_)[pe] += 1;
      statistics_.busy_cycles.of(counters_)[pe] += service.entries;
      statistics_.empty_column_cycles.of(counters_)[pe] += bubbles;
      statistics_.line_stall_cycles.of(counters_)[pe] += stalls;
      statistics_.sparse_matrix_line_reads.of(counters_)[pe] += service.line_reads;
      statistics_.padding_entries.of(counters_)[pe] += service.paddings;
      statistics_.multiply_accumulates.of(counters_)[pe] += service.entries - service.paddings;
      starved -= service.entries + bubbles + stalls;
    }
    statistics_.starved_cycles.of(counters_)[pe] += starved;
  }
}

}  // namespace nzsim::eie::test

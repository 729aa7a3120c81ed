#include "tests/support/hand_built.h"

namespace nzsim::eie::test {

HandBuiltLayer::HandBuiltLayer(const Config& config, std::uint32_t outputs, std::uint32_t inputs,
                               const Codes& codes, bool has_bias) {
  MatrixImage image;
  image.outputs = outputs;
  image.inputs = inputs;
  image.columns = inputs + (has_bias ? 1 : 0);
  image.pe_count = config.pe_count;
  image.rows_per_batch = config.pe_count * config.activation_registers;
  image.output_batches = (outputs + image.rows_per_batch - 1) / image.rows_per_batch;

  pe_entries_.resize(config.pe_count);
  const auto store_starts = [this] {
    for (const auto& entries : pe_entries_) {
      starts_.push_back(static_cast<std::uint32_t>(entries.size()));
    }
  };
  for (std::uint32_t batch = 0; batch < image.output_batches; ++batch) {
    for (std::uint32_t column = 0; column < image.columns; ++column) {
      store_starts();
      encode_column(config, codes, batch, column);
    }
    store_starts();
  }
  pe_offsets_.push_back(0);
  for (const auto& entries : pe_entries_) {
    entries_.insert(entries_.end(), entries.begin(), entries.end());
    pe_offsets_.push_back(entries_.size());
  }
  image.starts = starts_;
  image.paddings = paddings_;
  image.pe_offsets = pe_offsets_;
  image.entries = entries_;

  program.spec.name = "hand_built";
  program.spec.input = {inputs, 1, 1};
  program.spec.output = {outputs, 1, 1};
  program.images.push_back(image);
  for (std::uint32_t code = 0; code < config.codebook_entries; ++code) {
    program.codebook.push_back(static_cast<std::int16_t>(code << 8));
  }
  program.weight_format = {8};
  program.source_format = {8};
  program.destination_format = {8};
  program.has_bias = has_bias;
  program.one = 256;
}

void HandBuiltLayer::encode_column(const Config& config, const Codes& codes, std::uint32_t batch,
                                   std::uint32_t column) {
  const std::uint32_t top = batch * config.activation_registers;
  for (std::uint32_t pe = 0; pe < config.pe_count; ++pe) {
    std::uint16_t paddings = 0;
    std::uint32_t gap = 0;
    for (std::uint32_t row = top; row < top + config.activation_registers; ++row) {
      const auto code = codes.find({row * config.pe_count + pe, column});
      if (code == codes.end()) {
        ++gap;
        continue;
      }
      for (; gap > config.largest_skip(); gap -= config.largest_skip() + 1) {
        pe_entries_[pe].push_back({0, static_cast<std::uint16_t>(config.largest_skip())});
        ++paddings;
      }
      pe_entries_[pe].push_back({code->second, static_cast<std::uint16_t>(gap)});
      gap = 0;
    }
    paddings_.push_back(paddings);
  }
}

Pass HandBuiltLayer::whole_pass() const {
  Pass pass;
  pass.column_end = image().columns;
  return pass;
}

}  // namespace nzsim::eie::test

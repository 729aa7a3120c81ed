#include "models/systolic/reference/datapath.h"

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "models/systolic/reference/accumulators.h"
#include "models/systolic/reference/array_values.h"
#include "models/systolic/reference/fold_path.h"
#include "models/systolic/reference/host_memory.h"
#include "models/systolic/reference/numbers.h"
#include "models/systolic/reference/operand_reader.h"
#include "models/systolic/reference/output_stage.h"
#include "models/systolic/reference/stationary_path.h"
#include "models/systolic/reference/unified_buffer.h"
#include "models/systolic/reference/vector_works.h"
#include "models/systolic/reference/weight_fifo.h"
#include "models/systolic/values/buffer_layout.h"
#include "sim/kernel/part.h"

namespace nzsim::systolic {
namespace {

template <class Numbers>
std::unique_ptr<ArrayPath> make_array_of(const MatrixParts& parts,
                                         const std::optional<ArrayValues<Numbers>>& values) {
  if (parts.config.dataflow == Dataflow::output_stationary) {
    return std::make_unique<FoldPath<Numbers>>(parts, values);
  }
  return std::make_unique<StationaryPath<Numbers>>(parts, values);
}

/// Time alone.
class EmptyDatapath final : public Datapath {
 public:
  std::unique_ptr<ArrayPath> make_array(const MatrixParts& parts) override {
    return make_array_of<Int8Numbers>(parts, std::nullopt);
  }
  void take_row(const Instruction&, std::uint64_t) override {}
  void write_results() override {}
  void take_transfer(const Instruction&) override {}
  void end_transfer() override {}
  void write_tile(std::uint64_t, std::uint64_t) override {}
  void keep_outputs(const Section&, MachineRun&) const override {}
};

template <class Numbers>
class ValueDatapath final : public Datapath {
 public:
  ValueDatapath(const Config& config, const SystolicProgram& program)
      : program_(program),
        buffer_(config, program),
        buffer_module_("unified_buffer", buffer_),
        sums_(config),
        tiles_(config),
        operands_(config, program, buffer_),
        output_(config, program, buffer_),
        host_(program) {}

  std::unique_ptr<ArrayPath> make_array(const MatrixParts& parts) override {
    return make_array_of<Numbers>(parts, ArrayValues<Numbers>{operands_, tiles_, sums_, output_});
  }

  void take_row(const Instruction& work, std::uint64_t row) override {
    if (work.opcode == Opcode::activate) {
      take_sums(work, row);
    } else if (row + 1 == work.rows) {
      results_ = run_vector_work<Numbers>(program_, buffer_, program_.vector_works[work.item]);
    }
  }

  void write_results() override {
    if (activation_ != nullptr) {
      output_.finish(activation_->item, activation_->strip, line_, input_sums_, hidden_sums_);
      activation_ = nullptr;
    }
    for (const TensorPart<Operand>& part : results_) {
      buffer_.write(part.tensor, part.first, part.values);
    }
    results_.clear();
  }

  void take_transfer(const Instruction& transfer) override {
    transfer_ = &program_.transfers[transfer.item];
    is_read_ = transfer.opcode == Opcode::read_host_memory;
    if (is_read_) {
      transferred_ = host_.read(*transfer_);
    } else {
      copy(buffer_.tensor(transfer_->tensor), transferred_);
    }
  }

  void end_transfer() override {
    if (is_read_) {
      buffer_.write(transfer_->tensor, 0, transferred_);
    } else {
      host_.write(*transfer_, transferred_);
    }
  }

  void write_tile(std::uint64_t number, std::uint64_t address) override {
    operands_.read_weight_tile(address, tiles_.tile(number));
  }

  void keep_outputs(const Section& section, MachineRun& run) const override {
    const Tensor& tensor = program_.tensors[section.output];
    std::vector<std::vector<Operand>>& outputs = Numbers::outputs(run);
    outputs.resize(program_.layers.size());
    std::vector<Operand>& values = outputs[section.layer];
    values.resize(program_.spec(section.layer).batch * tensor.shape.elements());
    const auto network = to_network_layout<Operand>(tensor.shape, buffer_.tensor(section.output));
    std::copy(
        network.begin(), network.end(),
        values.begin() + static_cast<std::ptrdiff_t>(tensor.first_input * tensor.shape.elements()));
  }

 private:
  using Operand = typename Numbers::Operand;
  using Sum = typename Numbers::Sum;

  void take_sums(const Instruction& activation, std::uint64_t row) {
    const bool is_pair = program_.products[activation.item].kind == ProductKind::gates_of_input;
    const std::uint64_t lines = is_pair ? activation.rows / 2 : activation.rows;
    // Rows of the first product are kept until those of the second come.
    if (row + lines < activation.rows) return;
    const std::uint64_t line = row + lines - activation.rows;
    activation_ = &activation;
    line_ = activation.first_row + line;
    copy(sums_.row(activation.accumulator + line), input_sums_);
    hidden_sums_.clear();
    if (is_pair) copy(sums_.row(activation.accumulator + row), hidden_sums_);
  }

  template <class Element>
  static void copy(std::span<const Element> from, std::vector<Element>& to) {
    to.assign(from.begin(), from.end());
  }

  const SystolicProgram& program_;
  UnifiedBuffer<Operand> buffer_;
  Part<UnifiedBuffer<Operand>> buffer_module_;
  SumRows<Sum> sums_;
  WeightTiles<Operand> tiles_;
  OperandReader<Numbers> operands_;
  OutputStage<Numbers> output_;
  HostMemory<Numbers> host_;

  // What the activation unit has taken in this cycle: sums of an activation, or null, and results
  // of a vector work.
  const Instruction* activation_ = nullptr;
  std::uint64_t line_ = 0;
  std::vector<Sum> input_sums_;
  std::vector<Sum> hidden_sums_;
  std::vector<TensorPart<Operand>> results_;

  // What the host interface has taken.
  const HostTransfer* transfer_ = nullptr;
  bool is_read_ = false;
  std::vector<Operand> transferred_;
};

}  // namespace

std::unique_ptr<Datapath> make_datapath(const Config& config, const SystolicProgram& program,
                                        bool values) {
  if (!values) return std::make_unique<EmptyDatapath>();
  if (config.operand_type == OperandType::bfloat16) {
    return std::make_unique<ValueDatapath<Bfloat16Numbers>>(config, program);
  }
  return std::make_unique<ValueDatapath<Int8Numbers>>(config, program);
}

}  // namespace nzsim::systolic

#include <iterator>
#include <string>

#include <fmt/format.h>

#include "models/systolic/program.h"
#include "sim/workload/layer_shape.h"

namespace nzsim::systolic {
namespace {

/// Writes the instructions of one program.
class Listing {
 public:
  explicit Listing(const SystolicProgram& program) : program_(program) {}

  std::string write() {
    std::size_t next = 0;
    for (const Section& section : program_.sections) {
      write_heading(section.layer);
      for (; next < section.end_instruction; ++next) write_instruction(next);
    }
    for (; next < program_.instructions.size(); ++next) write_instruction(next);
    return std::move(text_);
  }

 private:
  template <class... Values>
  void add(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
  }

  void write_heading(std::size_t index) {
    const LayerSpec& spec = program_.spec(index);
    const ProgramLayer& layer = program_.layers[index];
    add("{}: {}, {} to {}, batch {}\n", spec.name, to_string(spec.type), describe(spec.input),
        describe(spec.output), spec.batch);
    if (layer.weight_bytes > 0) add("  {} bytes of weight tiles\n", layer.weight_bytes);
    if (layer.pieces > 1) {
      add("  in {} pieces of the batch: the unified buffer does not hold all of it\n",
          layer.pieces);
    }
    if (layer.spilled_bytes > 0) {
      add("  {} bytes to and from the host for want of room in the unified buffer\n",
          layer.spilled_bytes);
    }
  }

  void write_instruction(std::size_t number) {
    const Instruction& i = program_.instructions[number];
    add("{:>8}  {:<18}", number, to_string(i.opcode));
    switch (i.opcode) {
      case Opcode::read_weights:
        add("{} tiles from {:#x}", i.tiles, i.address);
        break;
      case Opcode::matrix_multiply:
      case Opcode::convolve:
        write_multiplication(i);
        break;
      case Opcode::activate:
        add("accumulators [{}, {})", i.accumulator, i.accumulator + i.rows);
        write_target(program_.products[i.item].output);
        break;
      case Opcode::vector:
        add("{} rows, {}", i.rows, to_string(program_.vector_works[i.item].kind));
        write_target(program_.vector_works[i.item].output);
        break;
      case Opcode::read_host_memory:
      case Opcode::write_host_memory:
        write_transfer(i);
        break;
      case Opcode::synchronize:
        if (i.waits) add("host writes too");
        break;
      case Opcode::set_configuration:
        add("{}", program_.spec(i.item).name);
        break;
      case Opcode::halt:
        break;
    }
    while (text_.back() == ' ') text_.pop_back();
    add("\n");
  }

  void write_multiplication(const Instruction& i) {
    const Product& product = program_.products[i.item];
    const InnerTile& tile = product.inner[i.inner_tile];
    add("{} rows from {}", i.rows, i.first_row);
    if (product.kind == ProductKind::windows) add(" at ({}, {})", tile.kernel_y, tile.kernel_x);
    add(", inner [{}, {}), strip {}", tile.first, tile.first + tile.count, i.strip);
    if (i.is_new_tile) add(", next {}", i.takes_tile || i.from_buffer ? "tile" : "operand");
    if (i.from_buffer) add(" from the buffer");
    add(", {} accumulators [{}, {})", i.accumulates ? "adds to" : "into", i.accumulator,
        i.accumulator + (i.held_rows > 0 ? i.held_rows : i.rows));
  }

  void write_target(std::uint32_t tensor) {
    const Tensor& target = program_.tensors[tensor];
    add(" -> buffer {:#x}, {} inputs of {}", target.address, target.inputs, describe(target.shape));
  }

  void write_transfer(const Instruction& i) {
    const HostTransfer& transfer = program_.transfers[i.item];
    const Tensor& tensor = program_.tensors[transfer.tensor];
    add("{} bytes, {} of {}, inputs [{}, {}), buffer {:#x}{}", i.bytes,
        transfer.is_input ? "inputs" : "outputs", program_.spec(transfer.layer).name,
        tensor.first_input, tensor.first_input + tensor.inputs, tensor.address,
        i.waits ? ", behind activations" : "");
  }

  const SystolicProgram& program_;
  std::string text_;
};

}  // namespace

std::string SystolicProgram::listing() const { return Listing(*this).write(); }

}  // namespace nzsim::systolic

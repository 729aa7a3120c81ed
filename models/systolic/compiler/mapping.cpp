#include "models/systolic/compiler/mapping.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "models/systolic/compiler/batch_segments.h"
#include "models/systolic/compiler/buffer_plan.h"
#include "models/systolic/compiler/layer_products.h"
#include "models/systolic/compiler/planned_places.h"
#include "models/systolic/compiler/product_emitter.h"
#include "models/systolic/compiler/spilling_places.h"
#include "sim/base/errors.h"
#include "sim/workload/layer_shape.h"

namespace nzsim::systolic {
namespace {

std::uint64_t divided_up(std::uint64_t value, std::uint64_t by) { return (value + by - 1) / by; }

std::uint32_t narrow(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

/// Element operations on a recurrent layer's hidden units that no gate's own activation covers.
/// lstm: f . c', i . g, their sum, tanh of it, o . that. gru, first part: r . h'; second part: z .
/// h', 1 - z, its product with n, the sum.
constexpr std::uint64_t kLstmVectorWork = 5;
constexpr std::uint64_t kGruFirstVectorWork = 1;
constexpr std::uint64_t kGruSecondVectorWork = 4;

/// Some inputs of a layer's batch.
struct Piece {
  std::uint32_t first = 0;
  std::uint32_t count = 1;
};

/// Compiles the layers of one network in order.
class Compiler {
 public:
  Compiler(const Config& config, SystolicProgram& program)
      : config_(config), program_(program), emitter_(config, program) {}

  void compile() {
    program_.layers.resize(program_.network().layers.size());
    addresses_.resize(program_.layers.size());
    if (const auto plan = plan_buffer(config_, program_.network())) {
      compile_with(*plan);
    } else {
      compile_with_spills();
    }
    push({.opcode = Opcode::halt});
  }

 private:
  void compile_with(const BufferPlan& plan) {
    PlannedPlaces places(config_, plan, program_);
    places_ = &places;
    auto segment = plan.segments.begin();
    for (std::uint32_t index = 0; index < program_.layers.size();) {
      if (segment != plan.segments.end() && segment->first == index) {
        compile_segment(*segment);
        index = (segment++)->end;
      } else {
        (void)compile_piece(index, {0, program_.spec(index).batch});
        ++index;
      }
    }
  }

  /// Layers of a segment, part after part of the batch.
  void compile_segment(const BatchSegment& segment) {
    const std::uint32_t batch = program_.spec(segment.first).batch;
    for (std::uint32_t first = 0; first < batch; first += segment.inputs) {
      const Piece piece{first, std::min(segment.inputs, batch - first)};
      for (std::uint32_t index = segment.first; index < segment.end; ++index) {
        (void)compile_piece(index, piece);
        program_.layers[index].pieces = narrow(divided_up(batch, segment.inputs));
      }
    }
  }

  void compile_with_spills() {
    if (!config_.host_bytes_per_second) fail_without_host();
    std::optional<SpillingPlaces> places(std::in_place, config_, program_);
    for (std::uint32_t index = 0; index < program_.layers.size(); ++index) {
      if (!try_piece(index, {0, program_.spec(index).batch}, places)) {
        compile_pieces(index, places);
      }
    }
  }

  /// Compiles a piece; false, and nothing has happened, where there is no room for it.
  bool try_piece(std::uint32_t index, const Piece& piece, std::optional<SpillingPlaces>& places) {
    const SpillingPlaces before = *places;
    const Sizes sizes = sizes_of_program();
    const ProgramLayer layer = program_.layers[index];
    places_ = &*places;
    if (compile_piece(index, piece)) return true;
    places.emplace(before);
    go_back(sizes);
    program_.layers[index] = layer;
    return false;
  }

  void compile_pieces(std::uint32_t index, std::optional<SpillingPlaces>& places) {
    const std::uint32_t batch = program_.spec(index).batch;
    const std::uint64_t one = bytes_of_one_input(index);
    const std::uint64_t fits = config_.unified_buffer_bytes / one;
    if (fits == 0) {
      fail(index, "",
           fmt::format("expected inputs and outputs of one input of at most {} bytes, what "
                       "/unified_buffer_bytes holds, got {}",
                       config_.unified_buffer_bytes, one));
    }
    const auto count = narrow(std::min<std::uint64_t>(fits, batch));
    places->begin(index, 0, count);
    places->clear();
    for (std::uint32_t first = 0; first < batch; first += count) {
      const Piece piece{first, std::min(count, batch - first)};
      if (try_piece(index, piece, places)) continue;
      // The outputs of the piece before stand in the middle of what this one needs.
      places->release_leaving();
      const bool is_mapped = try_piece(index, piece, places);
      SIM_ASSERT(is_mapped, "tpu.unified_buffer", 0, "a piece of layer {} does not fit", index);
    }
    program_.layers[index].pieces = narrow(divided_up(batch, count));
  }

  [[noreturn]] void fail_without_host() const {
    std::uint32_t largest = 0;
    const auto bytes = [&](std::uint32_t index) {
      return program_.spec(index).batch * bytes_of_one_input(index);
    };
    for (std::uint32_t index = 0; index < program_.layers.size(); ++index) {
      if (bytes(index) > bytes(largest)) largest = index;
    }
    fail(largest, "",
         fmt::format("expected tensors that /unified_buffer_bytes, {}, holds where there is no "
                     "/host_interface to spill to, got inputs and outputs of {} bytes",
                     config_.unified_buffer_bytes, bytes(largest)));
  }

  /// What compiling has made so far, to go back to.
  struct Sizes {
    std::size_t instructions = 0;
    std::size_t sections = 0;
    std::size_t transfers = 0;
    std::size_t tensors = 0;
  };

  /// Nothing else has grown where a layer finds no room.
  [[nodiscard]] Sizes sizes_of_program() const {
    return {program_.instructions.size(), program_.sections.size(), program_.transfers.size(),
            program_.tensors.size()};
  }

  void go_back(const Sizes& sizes) {
    program_.instructions.resize(sizes.instructions);
    program_.sections.resize(sizes.sections);
    program_.transfers.resize(sizes.transfers);
    program_.tensors.resize(sizes.tensors);
  }

  /// Every tensor that one input of the layer needs at once.
  [[nodiscard]] std::uint64_t bytes_of_one_input(std::uint32_t index) const {
    const LayerSpec& spec = program_.spec(index);
    const bool is_chained = std::holds_alternative<ChainedSource>(spec.activations);
    const std::uint64_t elements =
        spec.output.elements() + (is_chained ? spec.input_elements() : 0);
    return elements * config_.activation_bytes() + bytes_beside_outputs(config_, spec);
  }

  /// A layer's weights have their place in the memory, the same for all parts of the batch and
  /// steps.
  void place_weights(std::uint32_t index) {
    if (addresses_[index]) return;
    addresses_[index] = next_address_;
    const LayerSpec& spec = program_.spec(index);
    std::uint64_t tiles = 0;
    if (spec.has_weights()) {
      for (const Product& product : products_of(config_, spec, index, {{0}, 0, 0, 0}, 1, 0)) {
        tiles += tiles_of(config_, product);
      }
    }
    program_.layers[index].weight_bytes = tiles * config_.tile_bytes();
    next_address_ += program_.layers[index].weight_bytes;
    if (!config_.memory || next_address_ <= config_.memory->capacity_bytes()) return;
    fail(index, spec.type == LayerType::convolution ? "/output_channels" : "/outputs",
         fmt::format("expected weight tiles of all layers so far of at most {} bytes, what /memory "
                     "holds, got {}",
                     config_.memory->capacity_bytes(), next_address_));
  }

  /// A layer for some inputs of its batch; false where the unified buffer has no room.
  bool compile_piece(std::uint32_t index, const Piece& piece) {
    const LayerSpec& spec = program_.spec(index);
    const std::size_t first = program_.instructions.size();
    place_weights(index);
    push({.opcode = Opcode::set_configuration, .item = index});
    places_->begin(index, piece.first, piece.count);
    std::vector<std::uint32_t> sources;
    if (!bring_sources(spec, sources)) return false;
    const std::optional<LayerTensors> tensors = make_tensors(index, sources);
    if (!tensors) return false;
    if (places_->take_waits()) push({.opcode = Opcode::synchronize, .waits = true});
    if (tensors->inputs != sources && !places_->has_joined()) {
      concatenate(index, sources, tensors->inputs[0], piece);
    }
    push({.opcode = Opcode::synchronize});
    push_work(index, *tensors, piece);
    places_->end();
    program_.sections.push_back({index, first, program_.instructions.size(), tensors->output});
    return true;
  }

  bool bring_sources(const LayerSpec& spec, std::vector<std::uint32_t>& sources) {
    const auto add = [&](std::optional<std::uint32_t> tensor) {
      if (tensor) sources.push_back(*tensor);
      return tensor.has_value();
    };
    if (const auto* chain = std::get_if<ChainedSource>(&spec.activations)) {
      return std::all_of(chain->layers.begin(), chain->layers.end(),
                         [&](std::size_t source) { return add(places_->bring(narrow(source))); });
    }
    if (!add(places_->make(TensorRole::input))) return false;
    return spec.type != LayerType::matmul || add(places_->make(TensorRole::second_input));
  }

  std::optional<LayerTensors> make_tensors(std::uint32_t index,
                                           const std::vector<std::uint32_t>& sources) {
    LayerTensors tensors;
    tensors.inputs = sources;
    // Makes a tensor where the layer has one; false where there is no room.
    const auto make = [&](TensorRole role, std::uint32_t& tensor) {
      if (!tensor_shape(program_.network(), index, role)) return true;
      const auto made = places_->make(role);
      tensor = made.value_or(kNoItem);
      return made.has_value();
    };
    std::uint32_t joined = kNoItem;
    if (!make(TensorRole::joined, joined) || !make(TensorRole::output, tensors.output) ||
        !make(TensorRole::gates, tensors.gates) || !make(TensorRole::state, tensors.state)) {
      return std::nullopt;
    }
    if (joined != kNoItem) tensors.inputs = {joined};
    return tensors;
  }

  void concatenate(std::uint32_t index, const std::vector<std::uint32_t>& sources,
                   std::uint32_t joined, const Piece& piece) {
    push_vectors({VectorKind::concatenate, index, 0, sources, joined},
                 piece.count * program_.tensors[joined].shape.elements());
  }

  void push_work(std::uint32_t index, const LayerTensors& tensors, const Piece& piece) {
    const LayerSpec& spec = program_.spec(index);
    switch (spec.type) {
      case LayerType::fully_connected:
      case LayerType::convolution:
      case LayerType::matmul: {
        const std::vector<Product> products =
            products_of(config_, spec, index, tensors, piece.count, 0);
        for (const Product& product : products) emitter_.emit(add(product));
        break;
      }
      case LayerType::lstm:
      case LayerType::gru:
        for (std::uint32_t step = 0; step < spec.output.height; ++step) {
          push_step(index, tensors, piece, step);
        }
        break;
      case LayerType::pooling:
        return push_vectors({VectorKind::pooling, index, 0, tensors.inputs, tensors.output},
                            outputs(spec, piece) * spec.kernel.height * spec.kernel.width);
      case LayerType::elementwise:
        return push_vectors({VectorKind::elementwise, index, 0, tensors.inputs, tensors.output},
                            outputs(spec, piece) * spec.operands);
      case LayerType::activation:
        return push_vectors({VectorKind::activation, index, 0, tensors.inputs, tensors.output},
                            outputs(spec, piece));
      case LayerType::normalization:
        return push_vectors({VectorKind::normalization, index, 0, tensors.inputs, tensors.output},
                            outputs(spec, piece) * 2);
    }
  }

  [[nodiscard]] static std::uint64_t outputs(const LayerSpec& spec, const Piece& piece) {
    return piece.count * spec.output.elements();
  }

  void push_step(std::uint32_t index, const LayerTensors& tensors, const Piece& piece,
                 std::uint32_t step) {
    const LayerSpec& spec = program_.spec(index);
    const std::vector<Product> products =
        products_of(config_, spec, index, tensors, piece.count, step);
    const std::uint64_t elements =
        piece.count * divided_up(spec.output.channels, config_.columns) * config_.columns;
    const std::vector<std::uint32_t> inputs{tensors.gates, tensors.state};
    if (step > 0) push({.opcode = Opcode::synchronize});
    emit_pair(products[0], products[1]);
    if (spec.type == LayerType::lstm) {
      push_vectors({VectorKind::lstm_step, index, step, inputs, tensors.output},
                   elements * kLstmVectorWork);
      return;
    }
    push_vectors({VectorKind::gru_reset, index, step, inputs, tensors.output},
                 elements * kGruFirstVectorWork);
    push({.opcode = Opcode::synchronize});
    emit_pair(products[2], products[3]);
    push_vectors({VectorKind::gru_step, index, step, inputs, tensors.output},
                 elements * kGruSecondVectorWork);
  }

  void emit_pair(const Product& first, const Product& second) {
    const std::uint32_t item = add(first);
    add(second);
    emitter_.emit_pair(item);
  }

  std::uint32_t add(const Product& product) {
    program_.products.push_back(product);
    program_.products.back().address += *addresses_[product.layer];
    return narrow(program_.products.size() - 1);
  }

  void push_vectors(VectorWork work, std::uint64_t elements) {
    program_.vector_works.push_back(std::move(work));
    push({.opcode = Opcode::vector,
          .rows = narrow(divided_up(elements, config_.columns)),
          .item = narrow(program_.vector_works.size() - 1)});
  }

  void push(const Instruction& instruction) { program_.instructions.push_back(instruction); }

  [[noreturn]] void fail(std::uint32_t index, std::string_view field,
                         const std::string& message) const {
    throw WorkloadError(program_.network().path.string(), fmt::format("/layers/{}{}", index, field),
                        message);
  }

  const Config& config_;
  SystolicProgram& program_;
  ProductEmitter emitter_;
  /// Where the tensors of the layer that is compiled are.
  TensorPlaces* places_ = nullptr;
  /// Of the weights, by layer, as far as they are placed.
  std::vector<std::optional<std::uint64_t>> addresses_;
  std::uint64_t next_address_ = 0;
};

}  // namespace

std::unique_ptr<SystolicProgram> compile(const Config& config, const Workload& workload) {
  const bool is_integer = config.operand_type != OperandType::bfloat16;
  if (is_integer) require_int8_fits(workload.network);
  auto program = std::make_unique<SystolicProgram>(workload.network, workload.seed);
  Compiler(config, *program).compile();
  return program;
}

}  // namespace nzsim::systolic

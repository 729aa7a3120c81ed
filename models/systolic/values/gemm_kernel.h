#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <vector>

#include <boost/align/aligned_allocator.hpp>

namespace nzsim::systolic {

/// A row-major matrix that someone else holds; its rows lie `stride` elements apart.
template <class Element>
struct MatrixView {
  Element* data = nullptr;
  std::size_t rows = 0;
  std::size_t columns = 0;
  std::size_t stride = 0;

  [[nodiscard]] Element* row(std::size_t index) const { return data + index * stride; }
  /// A view to read from.
  operator MatrixView<const Element>() const requires(!std::is_const_v<Element>) {
    return {data, rows, columns, stride};
  }
};

/// Elements that start at a cache line of the host.
template <class Element>
using AlignedVector = std::vector<Element, boost::alignment::aligned_allocator<Element, 64>>;

/// Instructions that the integer product is written for. The results are the same with each.
enum class InstructionSet { portable, sse2, avx2, avx512_vnni };

[[nodiscard]] std::string_view name_of(InstructionSet set);
/// Those that this machine has, from the slowest to the fastest.
[[nodiscard]] std::vector<InstructionSet> available_instruction_sets();
[[nodiscard]] InstructionSet fastest_instruction_set();

/// Whether a product replaces what C holds or is added to it.
enum class Accumulate { replace, add };

/// Columns that lie together in packed weights.
inline constexpr std::size_t kPanelColumns = 32;

/// Largest K up to which no int8 x int8 sum can leave 32 bits: K x 128 x 128 <= 2^31 - 1. Whoever
/// compiles a layer refuses a larger one.
inline constexpr std::size_t kLargestDepth8x8 = 131'071;
/// The same for int8 x int16: K x 128 x 32768 <= 2^31 - 1.
inline constexpr std::size_t kLargestDepth8x16 = 511;

/// The right-hand matrix B `[K, N]` of integer products, packed once per weight tile or layer:
/// 16-bit elements in panels of 32 columns, `[N / 32, K / 2, 32, 2]`, zeros where K or N ends.
class PackedWeights {
 public:
  PackedWeights() = default;
  explicit PackedWeights(const MatrixView<const std::int8_t>& weights);
  explicit PackedWeights(const MatrixView<const std::int16_t>& weights);

  /// K.
  [[nodiscard]] std::size_t rows() const { return rows_; }
  /// N.
  [[nodiscard]] std::size_t columns() const { return columns_; }
  /// Pairs of rows: K / 2, rounded up.
  [[nodiscard]] std::size_t pairs() const { return (rows_ + 1) / 2; }
  /// Columns `[32 index, 32 index + 32)`: `[pairs, 32, 2]`.
  [[nodiscard]] const std::int16_t* panel(std::size_t index) const {
    return elements_.data() + index * pairs() * kPanelColumns * 2;
  }

 private:
  template <class Element>
  void pack(const MatrixView<const Element>& weights);

  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  AlignedVector<std::int16_t> elements_;
};

/// The values of a matrix unit without its pipeline: C `[M, N]` = or += A `[M, K]` x B `[K, N]`.
/// Products are exact and are added modulo 2^32, as a 32-bit accumulator adds them: C is exact
/// wherever the sum fits 32 bits, for int8 x int8 at every K up to `kLargestDepth8x8`. C must not
/// overlap A. Throws `SimulationError` if the shapes do not fit each other.
void multiply(const MatrixView<const std::int8_t>& a, const PackedWeights& b,
              const MatrixView<std::int32_t>& c, Accumulate accumulate,
              InstructionSet set = fastest_instruction_set());
/// The same for 16-bit activations.
void multiply(const MatrixView<const std::int16_t>& a, const PackedWeights& b,
              const MatrixView<std::int32_t>& c, Accumulate accumulate,
              InstructionSet set = fastest_instruction_set());

}  // namespace nzsim::systolic

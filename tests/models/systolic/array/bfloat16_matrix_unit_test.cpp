#include <bit>
#include <cstdint>
#include <span>
#include <vector>

#include <boost/random/mersenne_twister.hpp>
#include <gtest/gtest.h>

#include "models/systolic/array/matrix_unit.h"
#include "models/systolic/values/bfloat16_kernel.h"
#include "tests/support/random_bfloat16.h"

namespace nzsim::systolic {
namespace {

using Numbers = std::vector<Bfloat16>;
using Bits = std::vector<std::uint32_t>;

/// Tiles `[rows, columns]`, each with a block `[block_rows, rows]` of activations.
struct Work {
  std::uint32_t rows;
  std::uint32_t columns;
  std::size_t block_rows;
  std::vector<Numbers> tiles;
  std::vector<Numbers> blocks;
};

/// Biased exponents in `[first, first + count)`.
Work random_work(std::uint64_t first, std::uint64_t count, boost::random::mt19937_64& engine) {
  Work work;
  work.rows = static_cast<std::uint32_t>(1 + engine() % 40);
  work.columns = static_cast<std::uint32_t>(1 + engine() % 40);
  work.block_rows = 1 + engine() % 20;
  for (int tile = 0; tile < 3; ++tile) {
    work.tiles.push_back(test::random_bfloat16(work.rows * work.columns, first, count, engine));
    work.blocks.push_back(test::random_bfloat16(work.block_rows * work.rows, first, count, engine));
  }
  return work;
}

/// All results of the kernel, one row behind the other.
Bits product(const Work& work) {
  Bits all;
  for (std::size_t tile = 0; tile < work.tiles.size(); ++tile) {
    const PackedBfloat16Weights packed(
        {work.tiles[tile].data(), work.rows, work.columns, work.columns});
    std::vector<float> sums(work.block_rows * work.columns);
    multiply({work.blocks[tile].data(), work.block_rows, work.rows, work.rows}, packed,
             {sums.data(), work.block_rows, work.columns, work.columns}, Accumulate::replace);
    const Bits bits = test::bits_of(sums);
    all.insert(all.end(), bits.begin(), bits.end());
  }
  return all;
}

/// Steps an array, and keeps what leaves.
class Array {
 public:
  explicit Array(const Work& work) : work_(work), unit_(work.rows, work.columns) {}

  /// All results of the array; a tile's first row waits until it is complete, and each tile shifts
  /// in behind the switch to the one before.
  Bits run() {
    load(0);
    for (std::size_t tile = 0; tile < work_.tiles.size(); ++tile) {
      for (std::size_t row = 0; row < work_.block_rows; ++row) {
        const auto activations = std::span(work_.blocks[tile]);
        unit_.enter_activations(activations.subspan(row * work_.rows, work_.rows),
                                row == 0 ? Weights::switch_to_shadow : Weights::keep);
        commit();
      }
      load(tile + 1);
    }
    while (!unit_.is_empty()) commit();
    return bits_;
  }

 private:
  void load(std::size_t tile) {
    if (tile == work_.tiles.size()) return;
    for (std::size_t row = work_.rows; row-- > 0;) {
      unit_.enter_weights(std::span(work_.tiles[tile]).subspan(row * work_.columns, work_.columns));
      commit();
    }
  }

  void commit() {
    if (unit_.has_result()) {
      const Bits bits = test::bits_of(unit_.result());
      bits_.insert(bits_.end(), bits.begin(), bits.end());
    }
    unit_.commit();
  }

  const Work& work_;
  Bfloat16MatrixUnit unit_;
  Bits bits_;
};

TEST(Bfloat16MatrixUnit, GivesTheBitsOfTheKernel) {
  boost::random::mt19937_64 engine(21);
  for (int round = 0; round < 40; ++round) {
    // From 2^-12 to 2^12, so that the order of additions shows.
    const Work work = random_work(127 - 12, 25, engine);
    EXPECT_EQ(Array(work).run(), product(work));
  }
}

TEST(Bfloat16MatrixUnit, GivesTheBitsOfTheKernelForSubnormals) {
  boost::random::mt19937_64 engine(22);
  for (int round = 0; round < 40; ++round) {
    // Products of two exponents from 2^-80 to 2^-65, all subnormal or nearly so: 2^-149 is the
    // smallest and 2^-126 the smallest normal number.
    const Work work = random_work(127 - 80, 16, engine);
    EXPECT_EQ(Array(work).run(), product(work));
  }
}

/// One row of activations through one column of weights.
float dot(const Numbers& activations, const Numbers& weights) {
  const Work work{static_cast<std::uint32_t>(weights.size()), 1, 1, {weights}, {activations}};
  return std::bit_cast<float>(Array(work).run().at(0));
}

TEST(Bfloat16MatrixUnit, RoundsAProductBeforeItIsAdded) {
  // 2^-133 (0x0001) times 2^-16 (0x3780) is the smallest subnormal s; times 1.25 x 2^-15 (0x3820)
  // it is 2.5 s, which rounds to the even 2 s. 1 s + 2 s = 3 s. Fused: 3.5 s, which rounds to 4 s.
  const Numbers tiny(2, Bfloat16{0x0001});
  EXPECT_EQ(dot(tiny, {Bfloat16{0x3780}, Bfloat16{0x3820}}),
            std::bit_cast<float>(std::uint32_t{3}));
}

TEST(Bfloat16MatrixUnit, AddsFromTheTopToTheBottom) {
  // 2^24 (0x4b80) + 1 - 2^24 is 0, as 2^24 + 1 rounds to 2^24; any other order gives 1.
  const Numbers ones(3, Bfloat16{0x3f80});
  EXPECT_EQ(dot(ones, {Bfloat16{0x4b80}, Bfloat16{0x3f80}, Bfloat16{0xcb80}}), 0.0F);
  EXPECT_EQ(dot(ones, {Bfloat16{0x4b80}, Bfloat16{0xcb80}, Bfloat16{0x3f80}}), 1.0F);
}

TEST(Bfloat16MatrixUnit, StartsAtPlusZero) {
  // -0 x 1 is -0, and +0 + -0 is +0.
  EXPECT_EQ(std::bit_cast<std::uint32_t>(dot({Bfloat16{0x8000}}, {Bfloat16{0x3f80}})), 0U);
}

}  // namespace
}  // namespace nzsim::systolic

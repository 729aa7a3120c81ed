#pragma once

#include <cstddef>
#include <cstdint>

#include "models/eie/program.h"

namespace nzsim::eie {

/// One single-port bank of the pointer SRAM: a view into the program's image, word r of this bank
/// and PE at `words[r * stride]`.
class PointerBank {
 public:
  PointerBank() = default;
  PointerBank(const std::uint32_t* words, std::size_t stride) : words_(words), stride_(stride) {}

  [[nodiscard]] std::uint32_t read(std::size_t row) const { return words_[row * stride_]; }

 private:
  const std::uint32_t* words_ = nullptr;
  std::size_t stride_ = 0;
};

/// A PE's pointer SRAM: for each column the address of its first entry. Pointers of even columns
/// lie in one bank and those of odd columns in the other, so that p(j) and p(j + 1) are always read
/// in one cycle, one access per bank (Han et al., ISCA 2016, Section IV, "Pointer Read Unit").
class PointerSram {
 public:
  static constexpr const char* kKind = "pointer_sram";

  /// Addresses of a column's entries: [begin, end).
  struct Column {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };

  /// Connects the banks to the pointers of output batch `output_batch` of PE `pe`. Those of a
  /// segment count from `first_address`, that of its first entry.
  void connect(const MatrixImage& image, std::uint32_t output_batch, std::uint32_t pe,
               std::uint32_t first_address = 0) {
    first_address_ = first_address;
    const std::size_t pes = image.pe_count;
    const std::uint32_t* first = image.column_starts(output_batch, 0) + pe;
    even_ = {first, 2 * pes};
    // A matrix without columns has one pointer and nothing in the odd bank.
    odd_ = {image.columns > 0 ? first + pes : nullptr, 2 * pes};
  }

  /// One access to each bank.
  [[nodiscard]] Column read(std::uint32_t column) const {
    const std::uint32_t even = even_.read((std::size_t{column} + 1) / 2) - first_address_;
    const std::uint32_t odd = odd_.read(column / 2) - first_address_;
    const bool is_even = column % 2 == 0;
    return {is_even ? even : odd, is_even ? odd : even};
  }

 private:
  PointerBank even_;
  PointerBank odd_;
  std::uint32_t first_address_ = 0;
};

}  // namespace nzsim::eie

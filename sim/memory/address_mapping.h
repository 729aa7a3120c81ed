#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/memory/command.h"
#include "sim/memory/config.h"

namespace nzsim {

/// Bits of each field of a memory's addresses, by `AddressField`.
using FieldBits = std::array<std::uint32_t, kAddressFields>;
[[nodiscard]] FieldBits field_bits(const DramConfig& config);

/// Translates byte addresses into places, and back. Addresses within one burst share a place.
class AddressMapping {
 public:
  /// `config.mapping` is complete: `memory_from` has checked it.
  explicit AddressMapping(const DramConfig& config);

  /// The place of byte `address`, below the memory's capacity.
  [[nodiscard]] DramAddress decode(std::uint64_t address) const;
  /// `decode(address).channel`, for a fraction of its cost.
  [[nodiscard]] std::uint32_t channel_of(std::uint64_t address) const;
  /// Whether bursts that follow each other go to channels that do, the first to channel 0.
  [[nodiscard]] bool interleaves_bursts() const { return interleaves_bursts_; }
  /// The address of the first byte of a place.
  [[nodiscard]] std::uint64_t encode(const DramAddress& place) const;

 private:
  struct Slice {
    AddressField field = AddressField::row;
    std::uint32_t address_shift = 0;
    std::uint32_t field_shift = 0;
    std::uint32_t mask = 0;
  };
  using Fields = std::array<std::uint32_t, kAddressFields>;

  void apply_hashes(Fields& fields) const;

  std::vector<Slice> slices_;
  /// The slices of the channel alone.
  std::vector<Slice> channel_slices_;
  std::vector<MappingHash> hashes_;
  Fields masks_{};
  bool channel_is_hashed_ = false;
  bool interleaves_bursts_ = false;
};

/// What is wrong with a mapping of `bits`: address bits left out, used twice, hashed in circles.
/// Empty where nothing is.
[[nodiscard]] std::string mapping_error(const MappingConfig& mapping, const FieldBits& bits);

/// The order that a preset's name stands for: `row_major`, `bank_group_interleaved`,
/// `burst_interleaved`.
[[nodiscard]] std::vector<std::string> mapping_presets();
[[nodiscard]] std::vector<MappingPart> mapping_preset(std::string_view name, const FieldBits& bits);

/// Reads `FIELD` or `FIELD:BITS`, high parts first; one part of a field may leave its bits out and
/// gets what the others leave. Returns what is wrong, empty where nothing is.
[[nodiscard]] std::string parse_mapping_order(const std::vector<std::string>& words,
                                              const FieldBits& bits,
                                              std::vector<MappingPart>& order);

}  // namespace nzsim

#include "sim/memory/address_mapping.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <optional>

#include <fmt/format.h>

namespace nzsim {
namespace {

constexpr std::array<std::string_view, kAddressFields> kFieldNames{
    "channel", "pseudo_channel", "rank", "bank_group", "bank", "row", "column"};

constexpr std::size_t index_of(AddressField field) { return static_cast<std::size_t>(field); }

std::optional<AddressField> field_named(std::string_view name) {
  const auto found = std::find(kFieldNames.begin(), kFieldNames.end(), name);
  if (found == kFieldNames.end()) return {};
  return static_cast<AddressField>(found - kFieldNames.begin());
}

std::uint32_t mask_of(std::uint32_t bits) { return (std::uint32_t{1} << bits) - 1; }

std::array<std::uint32_t, kAddressFields> fields_of(const DramAddress& place) {
  return {place.channel, place.pseudo_channel, place.rank, place.bank_group, place.bank,
          place.row,     place.column};
}

DramAddress place_of(const std::array<std::uint32_t, kAddressFields>& fields) {
  return {fields[0], fields[1], fields[2], fields[3], fields[4], fields[5], fields[6]};
}

/// A word of an order before its bits are known.
struct PartialPart {
  AddressField field = AddressField::row;
  std::optional<std::uint32_t> bits;
};

/// `FIELD` or `FIELD:BITS`; nothing where the word is neither.
std::optional<PartialPart> parse_word(std::string_view word) {
  const std::size_t colon = word.find(':');
  const std::optional<AddressField> field = field_named(word.substr(0, colon));
  if (!field) return {};
  if (colon == std::string_view::npos) return PartialPart{*field, {}};
  const std::string_view digits = word.substr(colon + 1);
  std::uint32_t bits = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc{} || end != digits.data() + digits.size() || bits == 0 || bits > 31) {
    return {};
  }
  return PartialPart{*field, bits};
}

/// Whether another field may be hashed with this one: it is not hashed itself.
bool is_hash_source(AddressField field) {
  return field == AddressField::row || field == AddressField::column;
}

}  // namespace

std::string_view to_string(AddressField field) { return kFieldNames[index_of(field)]; }

FieldBits field_bits(const DramConfig& config) {
  const DramOrganization& organization = config.organization;
  const auto bits = [](std::uint32_t count) {
    return static_cast<std::uint32_t>(std::bit_width(count) - 1);
  };
  return {
      bits(config.channels),          bits(organization.pseudo_channels), bits(organization.ranks),
      bits(organization.bank_groups), bits(organization.banks_per_group), bits(organization.rows),
      bits(organization.columns())};
}

AddressMapping::AddressMapping(const DramConfig& config) : hashes_(config.mapping.hashes) {
  const FieldBits bits = field_bits(config);
  for (std::size_t field = 0; field < kAddressFields; ++field) masks_[field] = mask_of(bits[field]);
  auto address_shift =
      static_cast<std::uint32_t>(std::bit_width(config.organization.burst_bytes()) - 1);
  Fields taken{};
  const std::vector<MappingPart>& order = config.mapping.order;
  for (auto part = order.rbegin(); part != order.rend(); ++part) {
    if (part->bits == 0) continue;
    std::uint32_t& field_shift = taken[index_of(part->field)];
    slices_.push_back({part->field, address_shift, field_shift, mask_of(part->bits)});
    if (part->field == AddressField::channel) channel_slices_.push_back(slices_.back());
    address_shift += part->bits;
    field_shift += part->bits;
  }
  channel_is_hashed_ = std::any_of(hashes_.begin(), hashes_.end(), [](const MappingHash& hash) {
    return hash.field == AddressField::channel;
  });
  interleaves_bursts_ =
      !channel_is_hashed_ && channel_slices_.size() == 1 &&
      channel_slices_[0].mask == masks_[index_of(AddressField::channel)] &&
      config.organization.burst_bytes() == std::uint64_t{1} << channel_slices_[0].address_shift;
}

void AddressMapping::apply_hashes(Fields& fields) const {
  for (const MappingHash& hash : hashes_) {
    const std::size_t field = index_of(hash.field);
    fields[field] ^= (fields[index_of(hash.with)] >> hash.shift) & masks_[field];
  }
}

DramAddress AddressMapping::decode(std::uint64_t address) const {
  Fields fields{};
  for (const Slice& slice : slices_) {
    fields[index_of(slice.field)] |=
        (static_cast<std::uint32_t>(address >> slice.address_shift) & slice.mask)
        << slice.field_shift;
  }
  apply_hashes(fields);
  return place_of(fields);
}

std::uint32_t AddressMapping::channel_of(std::uint64_t address) const {
  if (channel_is_hashed_) return decode(address).channel;
  std::uint32_t channel = 0;
  for (const Slice& slice : channel_slices_) {
    channel |= (static_cast<std::uint32_t>(address >> slice.address_shift) & slice.mask)
               << slice.field_shift;
  }
  return channel;
}

std::uint64_t AddressMapping::encode(const DramAddress& place) const {
  Fields fields = fields_of(place);
  apply_hashes(fields);  // its own inverse, as sources are not hashed
  std::uint64_t address = 0;
  for (const Slice& slice : slices_) {
    address |= std::uint64_t{(fields[index_of(slice.field)] >> slice.field_shift) & slice.mask}
               << slice.address_shift;
  }
  return address;
}

std::string mapping_error(const MappingConfig& mapping, const FieldBits& bits) {
  FieldBits used{};
  for (const MappingPart& part : mapping.order) used[index_of(part.field)] += part.bits;
  for (std::size_t field = 0; field < kAddressFields; ++field) {
    if (used[field] == bits[field]) continue;
    return fmt::format("expected each address bit once, {} of {}, got {}", bits[field],
                       kFieldNames[field], used[field]);
  }
  for (const MappingHash& hash : mapping.hashes) {
    if (!is_hash_source(hash.field) && is_hash_source(hash.with)) continue;
    return fmt::format(
        "expected a hash of channel, pseudo_channel, rank, bank_group or bank with row or column, "
        "got one of {} with {}",
        to_string(hash.field), to_string(hash.with));
  }
  return {};
}

std::vector<std::string> mapping_presets() {
  return {"bank_group_interleaved", "burst_interleaved", "row_major"};
}

std::vector<MappingPart> mapping_preset(std::string_view name, const FieldBits& bits) {
  using enum AddressField;
  std::array<AddressField, kAddressFields> order{row,    rank,           bank,   bank_group,
                                                 column, pseudo_channel, channel};
  if (name == "bank_group_interleaved") {
    order = {row, rank, bank, column, bank_group, pseudo_channel, channel};
  } else if (name == "burst_interleaved") {
    order = {row, column, rank, bank, bank_group, pseudo_channel, channel};
  }
  std::vector<MappingPart> parts;
  parts.reserve(order.size());
  for (const AddressField field : order) parts.push_back({field, bits[index_of(field)]});
  return parts;
}

std::string parse_mapping_order(const std::vector<std::string>& words, const FieldBits& bits,
                                std::vector<MappingPart>& order) {
  std::vector<PartialPart> parts;
  FieldBits stated{};
  FieldBits open{};
  for (const std::string& word : words) {
    const std::optional<PartialPart> part = parse_word(word);
    if (!part) {
      return fmt::format("expected FIELD or FIELD:BITS with a field of {}, got \"{}\"",
                         fmt::join(kFieldNames, ", "), word);
    }
    parts.push_back(*part);
    if (part->bits) stated[index_of(part->field)] += *part->bits;
    if (!part->bits && ++open[index_of(part->field)] > 1) {
      return fmt::format("expected each address bit once, got {} twice without its bits",
                         to_string(part->field));
    }
  }
  for (const PartialPart& part : parts) {
    const std::size_t field = index_of(part.field);
    const std::uint32_t rest = bits[field] > stated[field] ? bits[field] - stated[field] : 0;
    order.push_back({part.field, part.bits.value_or(rest)});
  }
  return {};
}

}  // namespace nzsim

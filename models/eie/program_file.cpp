#include <cstring>
#include <type_traits>

#include <fmt/format.h>

#include "models/eie/program.h"
#include "sim/base/vector.h"

namespace nzsim::eie {
namespace {

/// Layout of a program file, all little-endian: magic, checksum of everything behind it, then the
/// fields in the order of `archive_program`. Arrays start at multiples of 8 and are used in place.
constexpr std::uint64_t kMagic = 0x3330'4549'455a'4e00;  // changes with the layout

constexpr std::size_t kLanes = 8;

/// Per lane the sum of its words and the sum of these sums, as Fletcher's checksum has them.
struct LaneSums {
  std::uint64_t words[kLanes] = {};
  std::uint64_t sums[kLanes] = {};
};

SIM_VECTOR_CLONES
void add_words(const std::byte* bytes, std::size_t blocks, LaneSums& lanes) {
  for (std::size_t block = 0; block < blocks; ++block) {
    std::uint64_t words[kLanes];
    std::memcpy(words, bytes + block * sizeof words, sizeof words);
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      lanes.words[lane] += words[lane];
      lanes.sums[lane] += lanes.words[lane];
    }
  }
}

/// A checksum at the speed of the host's memory; finds damage, is no defence against forgery.
std::uint64_t checksum(std::span<const std::byte> bytes) {
  constexpr std::uint64_t kMultiplier = 0x9e37'79b9'7f4a'7c15;
  constexpr std::size_t kBlock = kLanes * sizeof(std::uint64_t);
  LaneSums lanes;
  const std::size_t blocks = bytes.size() / kBlock;
  add_words(bytes.data(), blocks, lanes);
  std::uint64_t sum = bytes.size();
  const auto mix = [&sum](std::uint64_t word) {
    sum = (sum ^ word) * kMultiplier;
    sum ^= sum >> 32;
  };
  for (const std::byte byte : bytes.subspan(blocks * kBlock)) {
    mix(std::to_integer<std::uint64_t>(byte));
  }
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    mix(lanes.words[lane]);
    mix(lanes.sums[lane]);
  }
  return sum;
}

/// Appends fields to an image.
class Writer {
 public:
  template <class T>
  void field(T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    image_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  template <class T>
  void view(View<T>& values) {
    std::uint64_t size = values.size();
    field(size);
    align();
    image_.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    align();
  }
  template <class T>
  void vector(std::vector<T>& values) {
    View<T> whole(values);
    view(whole);
  }
  void text(std::string& value) {
    View<char> characters(value.data(), value.size());
    view(characters);
  }
  [[nodiscard]] std::uint64_t count(std::uint64_t size) {
    field(size);
    return size;
  }
  std::string take() { return std::move(image_); }

 private:
  void align() { image_.resize((image_.size() + 7) / 8 * 8); }

  std::string image_;
};

/// Reads the same fields back; after the first one that does not fit, `is_valid` is false and all
/// further ones are empty.
class Reader {
 public:
  explicit Reader(std::span<const std::byte> image) : image_(image) {}

  template <class T>
  void field(T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    if (!has(sizeof value)) return;
    std::memcpy(static_cast<void*>(&value), image_.data() + offset_, sizeof value);
    offset_ += sizeof value;
  }
  template <class T>
  void view(View<T>& values) {
    std::uint64_t size = 0;
    field(size);
    align();
    if (size > image_.size() / sizeof(T) || !has(size * sizeof(T))) {
      is_valid_ = false;
      return;
    }
    values = {reinterpret_cast<const T*>(image_.data() + offset_), size};
    offset_ += size * sizeof(T);
    align();
  }
  template <class T>
  void vector(std::vector<T>& values) {
    View<T> whole;
    view(whole);
    values.assign(whole.begin(), whole.end());
  }
  void text(std::string& value) {
    View<char> characters;
    view(characters);
    value.assign(characters.begin(), characters.end());
  }
  [[nodiscard]] std::uint64_t count(std::uint64_t) {
    std::uint64_t size = 0;
    field(size);
    if (size > image_.size() / 64) is_valid_ = false;  // an element takes more than that
    return is_valid_ ? size : 0;
  }
  [[nodiscard]] bool is_valid() const { return is_valid_; }
  [[nodiscard]] bool is_at_end() const { return is_valid_ && offset_ == image_.size(); }

 private:
  [[nodiscard]] bool has(std::uint64_t bytes) {
    is_valid_ = is_valid_ && offset_ <= image_.size() && bytes <= image_.size() - offset_;
    return is_valid_;
  }
  void align() { offset_ = (offset_ + 7) / 8 * 8; }

  std::span<const std::byte> image_;
  std::size_t offset_ = 0;
  bool is_valid_ = true;
};

template <class Archive>
void archive_spec(Archive& archive, LayerSpec& spec) {
  archive.text(spec.name);
  archive.field(spec.type);
  archive.field(spec.activation);
  archive.field(spec.batch);
  archive.field(spec.input);
  archive.field(spec.output);
  archive.field(spec.kernel);
  archive.field(spec.stride);
  archive.field(spec.padding);
  archive.field(spec.groups);
  archive.field(spec.pooling);
  archive.field(spec.relu_on_input);
  // Where values come from matters after compilation only for chained layers.
  auto* chained = std::get_if<ChainedSource>(&spec.activations);
  std::vector<std::size_t> sources =
      chained == nullptr ? std::vector<std::size_t>{} : chained->layers;
  archive.vector(sources);
  if (chained == nullptr && !sources.empty()) spec.activations = ChainedSource{sources};
}

template <class Archive>
void archive_image(Archive& archive, MatrixImage& image) {
  archive.field(image.outputs);
  archive.field(image.inputs);
  archive.field(image.columns);
  archive.field(image.pe_count);
  archive.field(image.output_batches);
  archive.field(image.rows_per_batch);
  archive.field(image.is_streamed);
  archive.field(image.dram_address);
  archive.view(image.starts);
  archive.view(image.paddings);
  archive.view(image.pe_offsets);
  archive.view(image.entries);
  archive.view(image.value_offsets);
  archive.view(image.value_rows);
  archive.view(image.value_codes);
  archive.view(image.dense_codes);
  archive.field(image.dense_stride);
}

template <class Archive>
void archive_layer(Archive& archive, LayerProgram& layer) {
  archive_spec(archive, layer.spec);
  layer.images.resize(archive.count(layer.images.size()));
  for (MatrixImage& image : layer.images) archive_image(archive, image);
  archive.vector(layer.codebook);
  archive.vector(layer.real_codebook);
  archive.field(layer.weight_format);
  archive.field(layer.source_format);
  archive.field(layer.destination_format);
  archive.field(layer.has_bias);
  archive.field(layer.one);
  archive.view(layer.activations);
  archive.field(layer.largest_bias_error);
  archive.view(layer.plain.row_starts);
  archive.view(layer.plain.columns);
  archive.view(layer.plain.codes);
  archive.view(layer.plain.bias_codes);
  archive.view(layer.plain.bias);
}

template <class Archive>
void archive_program(Archive& archive, std::vector<LayerProgram>& layers) {
  layers.resize(archive.count(layers.size()));
  for (LayerProgram& layer : layers) archive_layer(archive, layer);
}

}  // namespace

std::string EieProgram::serialize() const {
  Writer body;
  std::vector<LayerProgram> copy = layers;
  archive_program(body, copy);
  const std::string contents = body.take();
  std::uint64_t magic = kMagic;
  std::uint64_t sum = checksum(std::as_bytes(std::span(contents.data(), contents.size())));
  Writer header;
  header.field(magic);
  header.field(sum);
  return header.take() + contents;
}

std::unique_ptr<EieProgram> load_program(MappedFile file) {
  constexpr std::size_t kHeaderBytes = 16;
  const std::span<const std::byte> bytes = file.bytes();
  if (bytes.size() < kHeaderBytes) return nullptr;
  Reader header(bytes.first(kHeaderBytes));
  std::uint64_t magic = 0;
  std::uint64_t sum = 0;
  header.field(magic);
  header.field(sum);
  const std::span<const std::byte> body = bytes.subspan(kHeaderBytes);
  if (magic != kMagic || sum != checksum(body)) return nullptr;
  auto program = std::make_unique<EieProgram>();
  Reader reader(body);
  archive_program(reader, program->layers);
  if (!reader.is_at_end()) return nullptr;
  program->file = std::move(file);
  return program;
}

}  // namespace nzsim::eie

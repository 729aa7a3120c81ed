#include "workloads/import/scalesim_topology.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <initializer_list>

#include <fmt/format.h>

#include "sim/workload/layer_shape.h"
#include "workloads/import/text_reader.h"

namespace nzsim {
namespace {

constexpr std::string_view kBlanks = " \t\r\v\f";
/// Fields of a layer, its name included, that no file leaves out.
constexpr std::size_t kConvolutionFields = 8;
constexpr std::size_t kGemmFields = 4;
/// A GEMM's fields with sparsity and batch.
constexpr std::size_t kMostGemmFields = 6;
/// What marks a depthwise layer (`load_arrays_conv` of SCALE-Sim's topology_utils.py).
constexpr std::string_view kDepthwiseMark = "DP";

/// What stands between two commas, without blanks around it.
struct Field {
  std::string_view text;
  /// Of its first byte in the line.
  std::size_t offset = 0;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool starts_as_number(std::string_view text) {
  return !text.empty() && (is_digit(text[0]) || text[0] == '-' || text[0] == '+');
}

bool starts_as_word(std::string_view text) {
  return !text.empty() && std::isalpha(static_cast<unsigned char>(text[0])) != 0;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

/// The fields of `line`, without blank ones at its end.
std::vector<Field> split(std::string_view line) {
  std::vector<Field> fields;
  std::size_t begin = 0;
  while (begin <= line.size()) {
    const std::size_t comma = std::min(line.find(',', begin), line.size());
    const std::string_view whole = line.substr(begin, comma - begin);
    const std::size_t first = whole.find_first_not_of(kBlanks);
    Field field{{}, begin};
    if (first != std::string_view::npos) {
      const std::size_t last = whole.find_last_not_of(kBlanks);
      field = {whole.substr(first, last - first + 1), begin + first};
    }
    fields.push_back(field);
    begin = comma + 1;
  }
  while (!fields.empty() && fields.back().text.empty()) fields.pop_back();
  return fields;
}

/// The whole of `text` as a number.
std::optional<std::uint32_t> number_in(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Windows along one side; see `ScalesimConvolution::output`.
std::uint32_t windows(std::uint32_t size, std::uint32_t filter, std::uint32_t stride) {
  const std::uint64_t reach = std::uint64_t{size} - filter + stride;
  return static_cast<std::uint32_t>((reach + stride - 1) / stride);
}

/// Where the last of `count` windows ends.
std::uint32_t end_of_windows(std::uint32_t count, std::uint32_t filter, std::uint32_t stride) {
  return (count - 1) * stride + filter;
}

class TopologyReader {
 public:
  TopologyReader(std::string_view bytes, const std::string& name) : reader_(bytes, name) {}

  std::vector<ScalesimLayer> read() {
    read_header();
    std::vector<ScalesimLayer> layers;
    while (next_row()) layers.push_back(is_gemm_ ? read_gemm() : read_convolution());
    if (layers.empty()) reader_.fail("expected layers below the header, got the file's end");
    return layers;
  }

 private:
  /// Goes to the next line that holds more than blanks and commas.
  bool next_row() {
    while (reader_.next_line()) {
      fields_ = split(reader_.line());
      if (!fields_.empty()) return true;
    }
    return false;
  }

  void read_header() {
    if (!next_row()) reader_.fail("expected a header line, got the file's end");
    if (fields_.size() > 1 && starts_as_number(fields_[1].text)) {
      reader_.fail_at(fields_[1].offset, fmt::format("expected the name of a column, for the first "
                                                     "line is a header, got {}",
                                                     quoted(fields_[1].text)));
    }
    is_gemm_ = fields_.size() >= kGemmFields && fields_.size() <= kMostGemmFields;
    if (!is_gemm_ && fields_.size() < kConvolutionFields) {
      reader_.fail_at(fields_[0].offset,
                      fmt::format("expected a header of {} columns (convolutions) or {} (GEMMs), "
                                  "with commas between them, got {}",
                                  kConvolutionFields, kGemmFields, fields_.size()));
    }
    if (is_gemm_) {
      check_gemm_columns();
    } else if (fields_.size() > kConvolutionFields) {
      const std::string ninth = lower_case(fields_[kConvolutionFields].text);
      has_batch_ = ninth.find("batch") != std::string::npos;
    }
  }

  /// SCALE-Sim goes by place alone; a header that says otherwise is a trap.
  void check_gemm_columns() const {
    constexpr std::array<std::string_view, 3> kNames{"m", "n", "k"};
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      const Field& field = fields_[i + 1];
      const std::string given = lower_case(field.text);
      const bool is_other = std::find(kNames.begin(), kNames.end(), given) != kNames.end();
      if (is_other && given != kNames[i]) {
        reader_.fail_at(field.offset, fmt::format("expected the columns M, N, K in this order, got "
                                                  "{}",
                                                  quoted(field.text)));
      }
    }
  }

  ScalesimLayer read_convolution() {
    if (fields_.size() == kGemmFields) {
      reader_.fail_at(fields_[0].offset,
                      "expected a convolution, as the header says, got the 4 fields of a GEMM");
    }
    ScalesimLayer layer{read_name(), {}, {}};
    ScalesimConvolution shape;
    shape.input.height = integer(1, "the input's height", kLargestLayerElements);
    shape.input.width = integer(2, "the input's width", kLargestLayerElements);
    shape.filter.height = integer(3, "the filter's height", kLargestExtent);
    shape.filter.width = integer(4, "the filter's width", kLargestExtent);
    shape.input.channels = integer(5, "channels", kLargestLayerElements);
    shape.filters = integer(6, "filters", kLargestLayerElements);
    shape.stride.height = shape.stride.width = integer(7, "the stride", kLargestExtent);
    const char* const what = has_batch_ ? "the batch" : "the stride's width";
    const std::int64_t most = has_batch_ ? kLargestLayerElements : kLargestExtent;
    if (const auto more = read_extras(kConvolutionFields, what, most, layer)) {
      (has_batch_ ? shape.batch : shape.stride.width) = *more;
    }
    shape.is_depthwise = layer.name.find(kDepthwiseMark) != std::string::npos;
    check_convolution(shape);
    layer.shape = shape;
    return layer;
  }

  void check_convolution(const ScalesimConvolution& shape) const {
    check_filter(3, "height", shape.filter.height, shape.input.height);
    check_filter(4, "width", shape.filter.width, shape.input.width);
    const Extent2 output = shape.output();
    const std::uint64_t channels = shape.is_depthwise ? 1 : shape.input.channels;
    check_elements(6, "weights",
                   {shape.output_channels(), channels, shape.filter.height, shape.filter.width});
    const FeatureShape input = shape.covered_input();
    check_elements(5, "inputs", {shape.batch, input.channels, input.height, input.width});
    check_elements(6, "outputs",
                   {shape.batch, shape.output_channels(), output.height, output.width});
  }

  void check_filter(std::size_t index, std::string_view side, std::uint32_t filter,
                    std::uint32_t input) const {
    if (filter <= input) return;
    reader_.fail_at(fields_[index].offset,
                    fmt::format("expected a filter of at most the input's {}, {}, got {}", side,
                                input, filter));
  }

  ScalesimLayer read_gemm() {
    const auto is_number = [](const Field& field) { return starts_as_number(field.text); };
    if (fields_.size() >= kConvolutionFields &&
        std::all_of(fields_.begin() + 1, fields_.begin() + kConvolutionFields, is_number)) {
      reader_.fail_at(fields_[0].offset,
                      fmt::format("expected a GEMM, as the header says, got the {} fields of a "
                                  "convolution",
                                  fields_.size()));
    }
    ScalesimLayer layer{read_name(), {}, {}};
    ScalesimGemm shape;
    shape.rows = integer(1, "M", kLargestLayerElements);
    shape.columns = integer(2, "N", kLargestLayerElements);
    shape.inner = integer(3, "K", kLargestLayerElements);
    static_cast<void>(read_extras(kGemmFields, "a batch", 1, layer));
    check_elements(2, "weights", {shape.columns, shape.inner});
    check_elements(1, "inputs", {shape.rows, shape.inner});
    check_elements(1, "outputs", {shape.rows, shape.columns});
    layer.shape = shape;
    return layer;
  }

  std::string read_name() const {
    if (fields_[0].text.empty()) reader_.fail_at(0, "expected the layer's name, got nothing");
    return std::string(fields_[0].text);
  }

  /// What stands behind the `first` fields of `layer`: its sparsity, and an integer, returned.
  std::optional<std::uint32_t> read_extras(std::size_t first, std::string_view what,
                                           std::int64_t most, ScalesimLayer& layer) const {
    std::optional<std::uint32_t> number;
    for (std::size_t i = first; i < fields_.size(); ++i) {
      const std::string_view text = fields_[i].text;
      if (text.empty()) continue;
      const bool is_last = i + 1 == fields_.size();
      if (text[0] == '#' || (is_last && starts_as_word(text))) break;
      const bool is_ratio = text.find(':') != std::string_view::npos;
      if (is_ratio && !layer.sparsity) {
        layer.sparsity = sparsity(fields_[i]);
      } else if (!is_ratio && !number && starts_as_number(text)) {
        number = integer(i, what, most);
      } else {
        reader_.fail_at(fields_[i].offset,
                        fmt::format("expected the end of the line, got {}", quoted(text)));
      }
    }
    return number;
  }

  ScalesimSparsity sparsity(const Field& field) const {
    const std::size_t colon = field.text.find(':');
    const auto non_zeros = number_in(field.text.substr(0, colon));
    const auto block = number_in(field.text.substr(colon + 1));
    if (!non_zeros || !block || *non_zeros < 1 || *non_zeros > *block) {
      reader_.fail_at(field.offset,
                      fmt::format("expected a sparsity N:M, integers with 1 <= N <= M, got {}",
                                  quoted(field.text)));
    }
    return {*non_zeros, *block};
  }

  /// Field `index` as an integer in [1, `most`].
  std::uint32_t integer(std::size_t index, std::string_view what, std::int64_t most) const {
    const bool is_there = index < fields_.size();
    const std::string_view text = is_there ? fields_[index].text : std::string_view{};
    const auto value = number_in(text);
    if (value && *value >= 1 && *value <= most) return *value;
    const std::size_t end = reader_.line().find_last_not_of(kBlanks) + 1;
    reader_.fail_at(is_there ? fields_[index].offset : end,
                    fmt::format("expected {}, an integer in [1, {}], got {}", what, most,
                                is_there && text.empty() ? "nothing" : quoted(text)));
  }

  /// That the product of `factors` is no more than a network file may hold.
  void check_elements(std::size_t index, std::string_view what,
                      std::initializer_list<std::uint64_t> factors) const {
    std::uint64_t room = kLargestLayerElements;
    for (const std::uint64_t factor : factors) room /= factor;
    if (room > 0) return;
    reader_.fail_at(fields_[index].offset,
                    fmt::format("expected a layer of at most {} {}, got {}", kLargestLayerElements,
                                what, fmt::join(factors, " x ")));
  }

  TextReader reader_;
  /// Of the current line.
  std::vector<Field> fields_;
  bool is_gemm_ = false;
  /// Whether the ninth column of convolutions is a batch.
  bool has_batch_ = false;
};

}  // namespace

Extent2 ScalesimConvolution::output() const {
  return {windows(input.height, filter.height, stride.height),
          windows(input.width, filter.width, stride.width)};
}

FeatureShape ScalesimConvolution::covered_input() const {
  const Extent2 count = output();
  return {input.channels, end_of_windows(count.height, filter.height, stride.height),
          end_of_windows(count.width, filter.width, stride.width)};
}

std::vector<ScalesimLayer> parse_scalesim_topology(std::string_view bytes,
                                                   const std::string& name) {
  return TopologyReader(bytes, name).read();
}

}  // namespace nzsim

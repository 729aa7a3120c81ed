#include <cstdint>
#include <exception>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sim/base/files.h"
#include "sim/workload/npz.h"

// Writes the seed corpora of the fuzz targets: `fuzz_seeds CORPUS` creates CORPUS/NAME/*, small
// valid files of each format.

namespace nzsim {
namespace {

using namespace std::string_literals;

std::string bytes_of(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

NumpyArray floats(std::vector<std::uint64_t> shape, const std::vector<float>& values) {
  return {ArrayType::float32, std::move(shape), bytes_of(values)};
}

/// One convolution [1, 9] and one fully connected layer [2, 20]; see fuzz_deep_compression.cpp.
std::string container() {
  std::vector<float> wide(256, 0.5F);
  std::vector<float> narrow(16, 0.25F);
  wide[0] = narrow[0] = 0.0F;
  return "\2\0\0\0\3\0\0\0"s + bytes_of(wide) + bytes_of({1.0F}) + "\xc8\x01\x21"s +
         bytes_of(narrow) + bytes_of({1.0F, -1.0F}) + "\x01\x02\xf3\x08"s;
}

/// `1 64 R` and `2 64 W 8`, a line each, as gzip.
std::string packed_trace() {
  return "\037\213\010\000\000\000\000\000\002\003\063\124\060\063\121\010\342\062"
         "\002\121\341\012\026\134\000\035\122\356\165\020\000\000\000"s;
}

std::string network() {
  return R"({"name": "n", "source": "s", "layers": [
  {"name": "a", "type": "convolution", "input": {"channels": 3, "height": 9, "width": 9},
   "output_channels": 4, "kernel": {"height": 3, "width": 1}, "stride": 2, "padding": 1, "groups": 1,
   "activation": "relu", "batch": 2, "weights": {"file": "a.npz"},
   "activations": {"synthetic": {"density": 0.5, "signed": true, "seed": 3}}},
  {"name": "p", "type": "pooling", "kind": "maximum", "kernel": 3, "stride": 2, "ceil_mode": true},
  {"name": "f", "type": "fully_connected", "from": ["p"], "outputs": 5,
   "weights": {"synthetic": {"density": 0.1, "codebook_entries": 16, "seed": 1}}}]})";
}

using Seeds = std::map<std::string, std::vector<std::string>>;

Seeds all_seeds() {
  const NumpyArray codes{ArrayType::uint8, {2, 3}, "\0\2\0\1\0\2"s};
  const NumpyArray codebook = floats({3}, {0.0F, -2.0F, 1.5F});
  std::string fortran = format_npy(codes);
  fortran.replace(fortran.find("False"), 5, "True ");
  return {
      {"npy", {format_npy(codes), format_npy(floats({}, {1.0F})), fortran}},
      {"npz", {format_npz({{"codes", codes}, {"codebook", codebook}}), format_npz({})}},
      {"matrix_market",
       {"%%MatrixMarket matrix coordinate real general\n% c\n2 3 2\n1 2 .5\n2 3 -1e-3\n",
        "%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 3\n",
        "%%MatrixMarket matrix coordinate integer general\n1 9 9\n1 1 1\n1 2 2\n1 3 3\n1 4 4\n1 5 "
        "5\n1 6 6\n1 7 7\n1 8 8\n1 9 -9\n"}},
      {"dlmc", {"2, 4, 3\n0 1 3\n3 0 2\n", "2, 4, 0\n0 0 0\n\n"}},
      {"deep_compression", {container()}},
      {"config",
       {R"({"pe_count": 64, "clock_mhz": 800, "bits": "auto", "points": [1, 2.5], "layers": [)"
        R"({"type": "a"}], "notes": "n", "energy": "e", "enabled": false} // end)",
        R"({"pe_count": 0, "pe_count": 1, "bits": 3, "layer": []})"}},
      {"network", {network()}},
      {"memory_trace",
       {"# requests\n0 0x40 R\n7 128 write 256\n", "64 r\n0Xfc0 W 8 # tail\n\n",
        "0x40 READ 3\n1f80 WRITE 4\n", packed_trace()}},
      {"scalesim_topology",
       {"Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, "
        "Strides,\nConv1, 224, 224, 11, 11, 3, 96, 4,\nDP2, 9, 8, 3, 3, 4, 1, 2, 1, 2:4, #dw\r\n"
        ",,,,,,,,\nFC, 1, 1, 1, 1, 2048, 1000, 1, NPU\n",
        "a,b,c,d,e,f,g,h,Batch Size,\nx,5,4,3,2,1,6,2,7,\n",
        "Layer,M,N,K,Sparsity,\nQKT 1,1378,4440,128,\n\nffn,2,7,9,1:4,\n"}},
  };
}

void write_seeds(const std::filesystem::path& corpus) {
  for (const auto& [name, seeds] : all_seeds()) {
    for (std::size_t i = 0; i < seeds.size(); ++i) {
      write_file(corpus / name / fmt::format("seed_{}", i), seeds[i]);
    }
  }
}

}  // namespace
}  // namespace nzsim

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: fuzz_seeds CORPUS\n");
    return 2;
  }
  try {
    nzsim::write_seeds(argv[1]);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 1;
  }
  return 0;
}

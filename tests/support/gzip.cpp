#include "tests/support/gzip.h"

#include <stdexcept>

#include <zlib.h>

namespace nzsim::test {

std::string gzip(std::string_view bytes) {
  z_stream zip{};
  // zlib's manual, deflateInit2: 16 more window bits write a gzip header.
  if (deflateInit2(&zip, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::runtime_error("zlib cannot start");
  }
  std::string packed(deflateBound(&zip, bytes.size()), '\0');
  zip.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  zip.avail_in = static_cast<uInt>(bytes.size());
  zip.next_out = reinterpret_cast<Bytef*>(packed.data());
  zip.avail_out = static_cast<uInt>(packed.size());
  const int result = deflate(&zip, Z_FINISH);
  packed.resize(packed.size() - zip.avail_out);
  deflateEnd(&zip);
  if (result != Z_STREAM_END) throw std::runtime_error("zlib cannot pack");
  return packed;
}

}  // namespace nzsim::test

// gzip_fuzz.cpp: any bytes behind a gzip header are a stream of text, or an Error. For libFuzzer. Checksums would stop
// nearly all mutants at once, so the first byte may ask for a sound stream of the bytes, cut or with something behind.
#include <zlib.h>

#include "tests/fuzz/import.hpp"

namespace {

std::string gzip(const unsigned char* data, std::size_t size) {
  z_stream stream{};
  deflateInit2(&stream, 1, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, size), '\0');
  stream.next_in = const_cast<unsigned char*>(data);
  stream.avail_in = static_cast<unsigned>(size);
  stream.next_out = reinterpret_cast<unsigned char*>(out.data());
  stream.avail_out = static_cast<unsigned>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 2) return 0;
  const unsigned how = data[0] % 4, where = data[1];
  const std::string raw(reinterpret_cast<const char*>(data + 2), size - 2), whole = gzip(data + 2, size - 2);
  switch (how) {
    case 0:
      spgrad::tests::import_anything("\x1f\x8b" + raw);
      break;
    case 1:
      spgrad::tests::import_anything(whole);
      break;
    case 2:
      spgrad::tests::import_anything(whole.substr(0, whole.size() * where / 256));
      break;
    default:
      spgrad::tests::import_anything(whole + (where % 2 ? whole : raw));
  }
  return 0;
}

// matrix_market_fuzz.cpp: any bytes behind the first words of Matrix Market are a matrix, or an Error. For libFuzzer.
#include "tests/fuzz/import.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  std::string text = "%%MatrixMarket matrix ";
  text.append(reinterpret_cast<const char*>(data), size);
  spgrad::tests::import_anything(text);
  return 0;
}

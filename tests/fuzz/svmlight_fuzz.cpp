// svmlight_fuzz.cpp: any bytes are svmlight, or an Error. For libFuzzer.
#include "tests/fuzz/import.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  spgrad::tests::import_anything({reinterpret_cast<const char*>(data), size});
  return 0;
}

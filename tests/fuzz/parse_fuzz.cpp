// parse_fuzz.cpp: any bytes are an expression, or an Error of kind usage. Entry point of libFuzzer; built as a program
// of its own with clang (target parse_fuzz), and driven by seeds in tests/unit/lang/fuzz_test.cpp.
#include <cstdlib>
#include <string_view>

#include "spgrad/parse.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace spgrad;
  const Names names{{"A", input("A", {DType::float64, Format::csr, {5, 7}})},
                    {"B", input("B", {DType::float32, Format::csc, {7, 5}})},
                    {"D", input("D", {DType::float64, Format::dense, {7, 3}})},
                    {"v", input("v", {DType::complex128, Format::dense, {7}})},
                    {"i", input("i", {DType::int64, Format::dense, {kUnknown}})}};
  try {
    parse_statements({reinterpret_cast<const char*>(data), size}, names);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::usage) std::abort();
  }
  return 0;
}

// A manifest is read whole or refused, whatever it says.
#include "io/manifest.hpp"
#include "tests/unit/io/hdf5_files.hpp"

namespace spgrad::tests {
namespace {

TEST(Manifest, NestedWithoutEndIsRefused) {
  for (const std::size_t depth : {20, 100000}) {
    const std::string text = "{\"format\": " + std::string(depth, '[') + std::string(depth, ']') + "}";
    expect_error(ErrorKind::data, {"manifest.json", "nested"}, [&] { io::parse_manifest(text, "manifest.json"); });
  }
}

}  // namespace
}  // namespace spgrad::tests

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

TEST(Manifest, ThatIsNoJsonOrLacksSomethingIsRefusedInOurWords) {
  for (const char* text : {"{\"format\": \x01\xff", "", "{\"format\": \"spgrad checkpoint\"}", "{\"format\": 3}", "[]"})
    try {
      io::parse_manifest(text, "manifest.json");
      ADD_FAILURE() << text;
    } catch (const Error& e) {
      const std::string what = e.what();
      EXPECT_TRUE(what.starts_with("manifest.json is broken")) << what;
      EXPECT_EQ(what.find("json.exception"), std::string::npos) << what;
      EXPECT_EQ(what.find('\xff'), std::string::npos) << what;
    }
}

}  // namespace
}  // namespace spgrad::tests

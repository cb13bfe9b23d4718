// manifest_fuzz.cpp: any bytes are a manifest, or an Error of kind data. For libFuzzer. The manifest's checksum would
// stop nearly all mutants, but the complaint says which one is right: that is put in.
#include "io/manifest.hpp"

namespace {

using namespace spgrad;

/// The complaint about a text that is no manifest; empty if it is one.
std::string complaint(const std::string& text) {
  try {
    io::to_json(io::parse_manifest(text, "manifest"));
    return "";
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::data) std::abort();
    return e.what();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  constexpr std::string_view kIs = "its checksum is ", kShould = ", but it should be ";
  std::string text(reinterpret_cast<const char*>(data), size);
  const std::string what = complaint(text);
  const std::size_t is = what.find(kIs), should = what.find(kShould);
  if (is == std::string::npos || should == std::string::npos) return 0;
  const std::string right = what.substr(is + kIs.size(), 16), wrong = what.substr(should + kShould.size(), 16);
  if (const std::size_t at = text.find(wrong); at != std::string::npos) complaint(text.replace(at, 16, right));
  return 0;
}

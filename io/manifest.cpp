// manifest.cpp: the only file that knows JSON.
#include "io/manifest.hpp"

#include <charconv>
#include <nlohmann/json.hpp>

#include "io/xxh3.hpp"

namespace spgrad::io {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kFormat = "spgrad checkpoint";
constexpr int kVersion = 2;  // 1 had neither `about` nor `inputs`

// 64-bit numbers go as text: many a JSON reader would round them.
std::string hex(std::uint64_t x) {
  std::string digits(16, '0');
  for (std::size_t i = 16; i-- > 0; x >>= 4) digits[i] = "0123456789abcdef"[x & 15];
  return digits;
}

std::uint64_t from_hex(const Json& json) {
  const auto& digits = json.get_ref<const std::string&>();
  std::uint64_t x = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), x, 16);
  require(error == std::errc() && end == digits.data() + digits.size(), '"', digits, "\" is no checksum");
  return x;
}

std::uint64_t own_checksum(const Json& json) {
  const std::string text = json.dump();
  return xxh3(text.data(), text.size());
}

Json pairs(const Facts& facts) {
  Json json = Json::array();
  for (const auto& [key, fact] : facts) json.push_back(Json::array({key, fact}));
  return json;
}

Facts facts_from(const Json& json) {
  Facts facts;
  for (const Json& fact : json) facts.emplace_back(fact.at(0), fact.at(1));
  return facts;
}

/// Names of files and command lines are bytes; what is no UTF-8 in them is replaced.
std::string readable(const std::string& bytes) {
  return Json::parse(Json(bytes).dump(-1, ' ', false, Json::error_handler_t::replace));
}

Json json_of(const Input& input) {
  return {{"name", input.name},   {"file", readable(input.file)}, {"path", input.path},
          {"bytes", input.bytes}, {"modified", input.modified},   {"fingerprint", hex(input.fingerprint)}};
}

Input input_from(const Json& json) {
  return {json.at("name"),  json.at("file"),     json.at("path"),
          json.at("bytes"), json.at("modified"), from_hex(json.at("fingerprint"))};
}

Json json_of(const SavedValue& saved) {
  const Entry& e = saved.entry;
  Json shape = Json::array(), checksums = Json::array();
  for (int axis = 0; axis < e.shape.ndim(); ++axis) shape.push_back(e.shape[axis]);
  for (const std::uint64_t sum : saved.checksums) checksums.push_back(hex(sum));
  return {{"name", e.path}, {"format", name(e.format)}, {"dtype", name(e.dtype)}, {"shape", shape},
          {"nnz", e.nnz},   {"whole", saved.whole},     {"checksums", checksums}};
}

Shape shape_from(const Json& json) {
  require(json.size() <= 2, "a value has ", json.size(), " axes");
  if (json.empty()) return {};
  return json.size() == 1 ? Shape{json[0].get<Index>()} : Shape{json[0].get<Index>(), json[1].get<Index>()};
}

Format format_from(const std::string& word) {
  for (const Format format : {Format::dense, Format::csr, Format::csc})
    if (word == name(format)) return format;
  fail(ErrorKind::data, "unknown format \"", word, '"');
}

SavedValue value_from(const Json& json) {
  SavedValue saved{
      .entry = {json.at("name"), format_from(json.at("format")), parse_dtype(json.at("dtype").get<std::string>()),
                shape_from(json.at("shape")), json.at("nnz")},
      .whole = json.at("whole")};
  for (std::size_t k = 0; k < saved.checksums.size(); ++k) saved.checksums[k] = from_hex(json.at("checksums").at(k));
  return saved;
}

Manifest manifest_from(Json json) {
  require(json.at("format") == kFormat, "it is not a checkpoint of spgrad");
  const Json version = json.at("version");
  require(version == kVersion || version == 1, "it is of version ", version.dump(),
          ", but this program knows versions 1 and ", kVersion);
  const std::uint64_t checksum = from_hex(json.at("checksum"));
  json.erase("checksum");
  require(own_checksum(json) == checksum, "its checksum is ", hex(own_checksum(json)), ", but it should be ",
          hex(checksum));

  Manifest m;
  m.step = json.at("step");
  m.facts = facts_from(json.at("facts"));
  if (version != 1) {
    m.about = facts_from(json.at("about"));
    for (const Json& input : json.at("inputs")) m.inputs.push_back(input_from(input));
  }
  m.bytes = json.at("data").at("bytes");
  require(json.at("data").at("block_bytes") == kBlockBytes, "its blocks have another size than ", kBlockBytes);
  for (const Json& block : json.at("data").at("blocks")) m.blocks.push_back(from_hex(block));
  for (const Json& value : json.at("values")) m.values.push_back(value_from(value));
  return m;
}

/// The JSON library writes what is nested by calling itself: a hostile manifest would take the stack.
Json parse(const std::string& text) {
  static constexpr int kDeepest = 16;
  return Json::parse(text, [](int depth, Json::parse_event_t, Json&) {
    require(depth <= kDeepest, "it is nested more than ", kDeepest, " deep");
    return true;
  });
}

}  // namespace

std::string to_json(const Manifest& m) try {
  Json about = Json::array(), inputs = Json::array(), blocks = Json::array(), values = Json::array();
  for (const auto& [key, fact] : m.about) about.push_back(Json::array({key, readable(fact)}));
  for (const Input& input : m.inputs) inputs.push_back(json_of(input));
  for (const std::uint64_t block : m.blocks) blocks.push_back(hex(block));
  for (const SavedValue& value : m.values) values.push_back(json_of(value));
  Json json = {{"format", kFormat},
               {"version", kVersion},
               {"step", m.step},
               {"about", about},
               {"facts", pairs(m.facts)},
               {"inputs", inputs},
               {"data", {{"bytes", m.bytes}, {"block_bytes", kBlockBytes}, {"blocks", blocks}}},
               {"values", values}};
  json["checksum"] = hex(own_checksum(json));
  return json.dump(1) + "\n";
} catch (const Json::exception& e) {
  fail(ErrorKind::data, "a checkpoint's names and facts must be UTF-8: ", e.what());
}

Manifest parse_manifest(const std::string& text, const std::string& file) try {
  return manifest_from(parse(text));
} catch (const Json::parse_error& e) {
  fail(ErrorKind::data, file, " is broken: it is no JSON at byte ", e.byte);
} catch (const Json::exception&) {
  fail(ErrorKind::data, file, " is broken: something in it is missing, or of another kind than it should be");
} catch (const Error& e) {
  fail(ErrorKind::data, file, " is broken or foreign: ", e.what());
}

}  // namespace spgrad::io

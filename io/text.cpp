#include "io/text.hpp"

#include <algorithm>
#include <cctype>
#include <optional>

namespace spgrad::io {
namespace {

enum class TextFormat : std::uint8_t { svmlight, matrix_market };

/// By the first bytes. Throws Error of kind data for what is no text at all.
TextFormat recognise(TextFile& file) {
  constexpr std::string_view kMatrixMarket = "%%matrixmarket";
  constexpr std::string_view kHdf5 = "\x89HDF\r\n\x1a\n";
  std::string head(4096, '\0');
  file.seek(0);
  head.resize(file.read(head.data(), head.size()));
  require(!head.empty(), file.name(), " is empty");
  require(!head.starts_with(kHdf5), file.name(), " is an HDF5 file, but svmlight or Matrix Market text is read here");

  const auto is_binary = [](unsigned char c) { return c == 0x7f || (c < 0x20 && !(c >= '\t' && c <= '\r')); };
  const auto binary = std::find_if(head.begin(), head.end(), is_binary);
  require(binary == head.end(), file.name(), " is neither svmlight nor Matrix Market: byte ", binary - head.begin() + 1,
          " is not text");

  const bool banner =
      std::equal(kMatrixMarket.begin(), kMatrixMarket.end(), head.begin(),
                 head.begin() + static_cast<std::ptrdiff_t>(std::min(head.size(), kMatrixMarket.size())),
                 [](char a, unsigned char b) { return a == std::tolower(b); });
  return banner ? TextFormat::matrix_market : TextFormat::svmlight;
}

struct Seen {
  TextFormat format;
  Index size;
};

}  // namespace

Imported read_text(World& world, const std::string& file, Balance balance, const Caution& caution) {
  // Rank 0 looks first, so that what is wrong with the file itself is said once, in the same words for any number of
  // ranks.
  const Seen seen = from_root(world, [&] {
    TextFile first(file, caution.expansion);
    return Seen{recognise(first), first.size()};
  });
  std::optional<TextFile> mine;
  world.together([&] { mine.emplace(file, caution.expansion); });
  const auto read = seen.format == TextFormat::matrix_market ? read_matrix_market : read_svmlight;
  return read(world, *mine, seen.size, balance, caution.nan);
}

}  // namespace spgrad::io

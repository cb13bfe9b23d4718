#include <gtest/gtest.h>

#include <array>
#include <random>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size);

namespace spgrad::tests {
namespace {

constexpr std::array kSeeds{
    "E = sampling_dot(D, D, A) - A\nloss = sp_sum(sqr(E))  # squares\ng = grad(loss, D)",
    "x = (A @ D)[1:3, ::-1] ** 2.0 / 3 <= -1e-3",
    "y = vstack(A, A, format='csr', dtype=\"float32\").T @ [[1, 2], [3, 4.5]]",
    "z = where(v == 1 + 2j, v[i], take(v, [0, -1], axis=0))",
    "%0 = stack(A, A, along='rows', format='csr')\n%1 = get_item_2d(%0, rows=[1, 2, 1], columns=[0, 1, 1], all='none')",
    "c = cumsum(D, axis=1)[:, 2] * one_hot(i, 4)[[0, 1], [1, 1]] + constant([True, False], dtype='int8')",
};
constexpr std::string_view kPieces[]{
    "(", ")",  "[", "]",     "**",   "@", ",",    ":",   "=",  "==", ".T",   "-",     "1e999", "9223372036854775808",
    "'", "\n", "#", "axis=", "None", "A", "dot(", "inf", "2j", "%",  "\xff", "grad(", "0x"};

// A seed with some of its characters removed, changed, doubled, or replaced by pieces of the language.
std::string mutant(std::mt19937& random) {
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  std::string text = kSeeds[below(kSeeds.size())];
  for (std::size_t k = 1 + below(6); k > 0 && !text.empty(); --k) {
    const std::size_t at = below(text.size()), length = std::min(1 + below(8), text.size() - at);
    switch (below(4)) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, text.substr(below(text.size()), length));
        break;
      case 2:
        text[at] = static_cast<char>(below(256));
        break;
      default:
        text.insert(at, kPieces[below(std::size(kPieces))]);
    }
  }
  return text;
}

TEST(ParseFuzz, AnyBytesAreAnExpressionOrAComplaint) {
  std::mt19937 random(20251125);
  for (int k = 0; k < 10000; ++k) {
    const std::string text = mutant(random);
    SCOPED_TRACE(text);
    EXPECT_NO_THROW(LLVMFuzzerTestOneInput(reinterpret_cast<const unsigned char*>(text.data()), text.size()));
  }
}

}  // namespace
}  // namespace spgrad::tests

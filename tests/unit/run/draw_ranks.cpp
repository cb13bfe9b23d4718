// The picture of a function holds every operation and every move, with the bytes that it sends.
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/support/on_ranks.hpp"
#include "tests/unit/run/regression.hpp"

namespace spgrad::tests {
namespace {

std::size_t times(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

// How often a move stands there with these bytes.
std::size_t moves(const std::string& picture, const std::string& move, Index bytes) {
  char amount[32];
  if (bytes < 1024)
    std::snprintf(amount, sizeof amount, "%d B", static_cast<int>(bytes));
  else
    std::snprintf(amount, sizeof amount, "%.1f KiB", static_cast<double>(bytes) / 1024);
  return times(picture, text("<B>", move, "  ", amount, "</B>"));
}

TEST(Draw, HasEveryOperationAndEveryMoveWithItsBytes) {
  for_ranks([](World& world) {
    const Var X = input("X", {DType::float64, Format::csr, {kUnknown, kFeatures}});
    const Shared w("w", zeros(kFeatures));
    const Var loss = sum(sqr(dot(X, w)));
    Function step =
        compile({.inputs = {X}, .outputs = {loss, grad(loss, w)}, .updates = {{w, w - 0.1 * grad(loss, w)}}}, world);
    const Layout rows = Layout::even(kRows, world.size());
    const Value data = features(world, rows, Layout::even(kFeatures, world.size()));
    step({{"X", data}});
    step({{"X", data}});  // now w is where it stays
    const std::string picture = step.draw({{"loss"}, {"grad/w", true}}), explained = step.explain();

    EXPECT_EQ(times(picture, "</B>("), times(explained, "run   ")) << picture << explained;
    EXPECT_EQ(times(picture, "shape=plain"), times(explained, "begin ")) << picture << explained;
    const Index ghosts = data.sparsity()->ghost_rows * 8;
    EXPECT_EQ(moves(picture, "gather", ghosts), 1U) << picture;
    EXPECT_EQ(moves(picture, "scatter", ghosts), 1U) << picture;
    const Index P = world.size();  // a fold and a gather of the scalar, and of the agreement that comes with it
    EXPECT_EQ(moves(picture, "reduce_all", P * (2 * 16 * (P - 1) / P)), 1U) << picture;
    for (const char* part : {"<B>loss</B>", "<B>grad/w</B>", "<B>w</B>", "new value", "gradient", "cut by rows"})
      EXPECT_NE(picture.find(part), std::string::npos) << part << " is not in\n" << picture;
  });
}

TEST(Draw, BeforeTheFirstCallSaysThatThereIsNone) {
  for_ranks([](World& world) { EXPECT_EQ(times(Regression().step(world).draw(), "not called yet"), 1U); });
}

}  // namespace
}  // namespace spgrad::tests

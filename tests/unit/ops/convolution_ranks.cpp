// convolve and max_pool beside plain loops over all windows.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "spgrad/function.hpp"
#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"
#include "tests/support/layouts.hpp"
#include "tests/support/on_ranks.hpp"

namespace spgrad::tests {
namespace {

using Numbers = std::vector<double>;

constexpr Index kBatch = 3, kKernels = 2;
constexpr ImageShape kShape{2, 5, 4};
constexpr std::array<Index, 2> kWindow{3, 2};

Numbers made(Index n, double seed) {
  Numbers x;
  for (Index k = 0; k < n; ++k) x.push_back(std::sin(seed + 1.7 * static_cast<double>(k)));
  return x;
}

const Numbers kPixels = made(kBatch * 40, 0.3), kWeights = made(kKernels * 12, 5.1), kBias = made(kKernels, 2.2);

Value dense(World& world, const Shape& shape, const Numbers& x, bool cut) {
  const Layout rows = random_layout(shape[0], world.size(), 7);
  const Value v =
      cut ? Value::dense(DType::float64, shape, 0, rows, world.rank()) : Value::whole(DType::float64, shape);
  const Index first = cut ? rows.begin(world.rank()) * v.row_length() : 0;
  for (Index p = 0; p < v.local_size(); ++p) v.data<double>()[p] = x[static_cast<std::size_t>(first + p)];
  return v;
}

Numbers numbers(World& world, const Value& value) {
  const Value whole = gather_all(world, value);
  const std::span<const double> x = whole.data<double>();
  if (whole.shape().ndim() < 2 || whole.slow() == 0) return {x.begin(), x.end()};
  Numbers by_rows;
  for (Index i = 0; i < whole.shape()[0]; ++i)
    for (Index j = 0; j < whole.shape()[1]; ++j) by_rows.push_back(x[j * whole.shape()[0] + i]);
  return by_rows;
}

double pixel(const Numbers& images, Index b, Index c, Index y, Index x) {
  if (y < 0 || y >= kShape.height || x < 0 || x >= kShape.width) return 0;
  return images[static_cast<std::size_t>(((b * kShape.channels + c) * kShape.height + y) * kShape.width + x)];
}

Numbers convolved(const Numbers& images, const Numbers& kernels, std::array<Index, 2> step, bool full) {
  const Index p = full ? kWindow[0] - 1 : 0, q = full ? kWindow[1] - 1 : 0;
  Numbers out;
  for (Index b = 0; b < kBatch; ++b)
    for (Index n = 0; n < kKernels; ++n)
      for (Index y = -p; y + (full ? 0 : kWindow[0] - 1) < kShape.height; y += step[0])
        for (Index x = -q; x + (full ? 0 : kWindow[1] - 1) < kShape.width; x += step[1]) {
          double sum = kBias[static_cast<std::size_t>(n)];
          for (Index c = 0; c < kShape.channels; ++c)
            for (Index i = 0; i < kWindow[0]; ++i)
              for (Index j = 0; j < kWindow[1]; ++j)
                sum +=
                    kernels[static_cast<std::size_t>(((n * kShape.channels + c) * kWindow[0] + i) * kWindow[1] + j)] *
                    pixel(images, b, c, y + i, x + j);
          out.push_back(sum);
        }
  return out;
}

void expect_near(const Numbers& got, const Numbers& expected, double tolerance) {
  EXPECT_EQ(got.size(), expected.size());
  for (std::size_t k = 0; k < std::min(got.size(), expected.size()); ++k)
    EXPECT_NEAR(got[k], expected[k], tolerance) << "element " << k;
}

const Var images = input("images", {DType::float64, Format::dense, {kBatch, 40}}),
          kernels = input("kernels", {DType::float64, Format::dense, {kKernels, 12}}),
          bias = input("bias", {DType::float64, Format::dense, {kKernels}});

std::vector<Value> run(World& world, const Vars& outputs, bool cut) {
  return compile({.inputs = {images, kernels, bias}, .outputs = outputs, .updates = {}},
                 world)({{"images", dense(world, {kBatch, 40}, kPixels, cut)},
                         {"kernels", dense(world, {kKernels, 12}, kWeights, false)},
                         {"bias", dense(world, {kKernels}, kBias, false)}});
}

TEST(Convolve, IsTheSumOverEveryWindow) {
  for_ranks([](World& world) {
    for (const bool full : {false, true})
      for (const auto& step : {std::array<Index, 2>{1, 1}, std::array<Index, 2>{2, 3}}) {
        const Images out = convolve(kernels, kWindow, images, kShape, step, bias, full ? Border::full : Border::valid);
        const Index height = full ? 7 : 3, width = full ? 5 : 3;
        EXPECT_EQ(out.shape, (ImageShape{kKernels, (height + step[0] - 1) / step[0], (width + step[1] - 1) / step[1]}));
        for (const bool cut : {true, false})
          expect_near(numbers(world, run(world, {out.pixels}, cut)[0]), convolved(kPixels, kWeights, step, full),
                      1e-12);
      }
  });
}

// Each element of the gradient beside a difference of the plain loops.
TEST(Convolve, HasTheGradientOfThatSum) {
  for_ranks([](World& world) {
    const Images out = convolve(kernels, kWindow, images, kShape, {2, 1}, bias, Border::full);
    const auto g = run(world, grad(sum(sqr(out.pixels)), {images, kernels, bias}), true);
    const auto cost = [](const Numbers& x, const Numbers& w) {
      double sum = 0;
      for (const double y : convolved(x, w, {2, 1}, true)) sum += y * y;
      return sum;
    };
    const auto differences = [](const Numbers& at, const auto& f) {
      Numbers d;
      for (std::size_t k = 0; k < at.size(); ++k) {
        Numbers up = at, down = at;
        up[k] += 1e-5;
        down[k] -= 1e-5;
        d.push_back((f(up) - f(down)) / 2e-5);
      }
      return d;
    };
    expect_near(numbers(world, g[0]), differences(kPixels, [&](const Numbers& x) { return cost(x, kWeights); }), 1e-6);
    expect_near(numbers(world, g[1]), differences(kWeights, [&](const Numbers& w) { return cost(kPixels, w); }), 1e-6);
    Numbers by_bias(kKernels, 0.0);
    const Numbers y = convolved(kPixels, kWeights, {2, 1}, true);
    const std::size_t size = y.size() / static_cast<std::size_t>(kBatch * kKernels);
    for (std::size_t p = 0; p < y.size(); ++p) by_bias[p / size % static_cast<std::size_t>(kKernels)] += 2 * y[p];
    expect_near(numbers(world, g[2]), by_bias, 1e-10);
  });
}

TEST(MaxPool, IsTheLargestOfEveryWindowAndHasItsGradient) {
  for_ranks([](World& world) {
    const Images out = max_pool(images, kShape, {2, 2});
    EXPECT_EQ(out.shape, (ImageShape{2, 2, 2}));
    Numbers largest, slope(kPixels.size(), 0.0);
    for (Index b = 0; b < kBatch; ++b)
      for (Index c = 0; c < kShape.channels; ++c)
        for (Index y = 0; y < 4; y += 2)
          for (Index x = 0; x < 4; x += 2) {
            double most = -std::numeric_limits<double>::infinity();
            std::size_t at = 0;
            for (Index i = 0; i < 2; ++i)
              for (Index j = 0; j < 2; ++j)
                if (const double p = pixel(kPixels, b, c, y + i, x + j); p > most) {
                  most = p;
                  at = static_cast<std::size_t>(((b * 2 + c) * 5 + y + i) * 4 + x + j);
                }
            largest.push_back(most);
            slope[at] = 1;
          }
    for (const bool cut : {true, false}) {
      const auto r = run(world, {out.pixels, grad(sum(out.pixels), images)}, cut);
      expect_near(numbers(world, r[0]), largest, 0);
      expect_near(numbers(world, r[1]), slope, 0);
    }
  });
}

TEST(Convolve, RefusesSizesThatDoNotFitWithBoth) {
  const auto says = [](const std::function<void()>& make, const std::string& what) {
    try {
      make();
      ADD_FAILURE() << "not refused: " << what;
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find(what), std::string::npos) << e.what();
    }
  };
  says(
      [] {
        convolve(kernels, {3, 3}, images, kShape);
      },
      "12 weights each, but a window of all channels has 18 pixels");
  says([] { convolve(kernels, kWindow, images, {2, 4, 4}); }, "40 pixels each, but their shape says 32");
  says([] { max_pool(images, kShape, {6, 1}); }, "a window of size 6 does not fit into an image of size 5");
}

}  // namespace
}  // namespace spgrad::tests

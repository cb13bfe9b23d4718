// Parts of sums: added before they travel, and together in one message.
#include <gtest/gtest.h>

#include "spgrad/function.hpp"
#include "spgrad/grad.hpp"
#include "src/graph/run_context.hpp"
#include "tests/support/layouts.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/unit/run/regression.hpp"

namespace spgrad::tests {
namespace {

int count(const std::string& text, std::string_view word) {
  int n = 0;
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++n;
  return n;
}

// A vector of the features, and one of the rows, of small whole numbers.
Value counting(World& world, const Layout& layout, int modulus) {
  const Value v = Value::dense(DType::float64, {layout.size()}, 0, layout, world.rank());
  for (Index i = 0; i < v.local_size(); ++i)
    v.data<double>()[static_cast<std::size_t>(i)] = static_cast<double>((layout.begin(world.rank()) + i) % modulus);
  return v;
}

struct Given {
  Layout rows, columns;
  Value X, u, v;
  Var matrix, a, b;
  explicit Given(World& world)
      : rows(random_layout(kRows, world.size(), 4)),
        columns(random_layout(kFeatures, world.size(), 5)),
        X(features(world, rows, columns)),
        u(counting(world, rows, 7)),
        v(counting(world, rows, 5)),
        matrix(input("X", type_of(X))),
        a(input("u", type_of(u))),
        b(input("v", type_of(v))) {}
  Bindings bindings() const { return {{"X", X}, {"u", u}, {"v", v}}; }
  Function compiled(World& world, Vars outputs) const {
    Program program{.inputs = {matrix, a, b}, .outputs = std::move(outputs), .updates = {}};
    program.rewrites = {};
    return compile(program, world);
  }
};

TEST(PartialSums, OfTwoTransposedProductsAreScatteredOnce) {
  for_ranks([](World& world) {
    const Given g(world);
    const Var At = T(g.matrix);
    Function apart = g.compiled(world, {dot(At, g.a), dot(At, g.b)});
    for (const Var& sum : {usmm(Var(0.5), At, g.a, dot(At, g.b)), dot(At, g.b) - (-0.5 * dot(At, g.a)),
                           dot(At, g.b) + dot(At, g.a) / 2}) {
      Function together = g.compiled(world, {sum});
      const auto parts = apart(g.bindings());
      const Value made = together(g.bindings())[0];
      EXPECT_EQ(made.layout(), parts[0].layout());
      for (Index i = 0; i < made.local_size(); ++i) {
        const auto k = static_cast<std::size_t>(i);
        EXPECT_NEAR(made.data<double>()[k], parts[1].data<double>()[k] + 0.5 * parts[0].data<double>()[k], 1e-12);
      }
      EXPECT_EQ(count(together.explain(), "begin scatter"), 1) << together.explain();
    }
  });
}

// What somebody else reads is combined for them, and not a second time.
TEST(PartialSums, ThatOthersReadAreScatteredForThem) {
  for_ranks([](World& world) {
    const Given g(world);
    const Var y = dot(T(g.matrix), g.a);
    Function f = g.compiled(world, {y, 2 * y, y - sqr(y)});
    f(g.bindings());
    EXPECT_EQ(count(f.explain(), "begin scatter"), 1) << f.explain();
  });
}

// What dropout makes of an element depends on where it is in the whole.
TEST(PartialSums, AreCombinedBeforeWhatCountsElements) {
  for_ranks([](World& world) {
    const Given g(world);
    const Var y = dot(T(g.matrix), g.a), z = dropout(y, 0.5, 3, 1);
    const Value alone = g.compiled(world, {z})(g.bindings())[0];
    const Value beside = g.compiled(world, {z, y})(g.bindings())[0];
    EXPECT_TRUE(std::ranges::equal(alone.bytes(), beside.bytes()));
  });
}

TEST(PartialSums, OverAllRanksTravelInOneMessage) {
  for_ranks([](World& world) {
    const Given g(world);
    const Var squares = sum(sqr(g.a)), products = sum(g.a * g.b), plain = sum(g.b);
    Function f = g.compiled(world, {squares / 2 + 3 * products, plain});
    f(g.bindings());
    const Index before = world.traffic().messages;
    const auto results = f(g.bindings());
    double expected[] = {0, 0};
    for (Index i = 0; i < kRows; ++i) {
      const auto u = static_cast<double>(i % 7), v = static_cast<double>(i % 5);
      expected[0] += u * u / 2 + 3 * u * v;
      expected[1] += v;
    }
    EXPECT_DOUBLE_EQ(results[0].scalar(), expected[0]);
    EXPECT_DOUBLE_EQ(results[1].scalar(), expected[1]);
    // The agreement before the call, and the sums, which say too that no rank has failed.
    EXPECT_EQ(world.traffic().messages - before, 2 * 2 * (world.size() - 1)) << f.explain();
  });
}

// A loss and the gradients of small weights: one message in a training step.
TEST(PartialSums, OfALossAndItsGradientsTravelTogether) {
  for_ranks([](World& world) {
    const Given g(world);
    const Shared w("w", zeros(kClasses)), c("c", zeros(kClasses));
    const Var columns = input("M", {DType::float64, Format::dense, {kRows, kClasses}});
    const Value M = Value::dense(DType::float64, {kRows, kClasses}, 0, g.rows, world.rank());
    std::ranges::fill(M.data<double>(), 2.0);
    const Var loss = sum(sqr(dot(columns, w) - g.a)) + sum(dot(columns, c) * g.b);
    Program program{.inputs = {columns, g.a, g.b}, .outputs = {loss}, .updates = {}};
    for (const Var& slope : grad(loss, Vars{w, c})) program.outputs.push_back(slope);
    Function f = compile(program, world);
    const Bindings given{{"M", M}, {"u", g.u}, {"v", g.v}};
    f(given);
    const Index before = world.traffic().messages;
    f(given);
    EXPECT_EQ(world.traffic().messages - before, 2 * 2 * (world.size() - 1)) << f.explain();
  });
}

// Infinity times a part that is 0 is no number.
TEST(PartialSums, AreNotScaledByWhatMayBeInfinite) {
  for_ranks([](World& world) {
    const Given g(world);
    const Var factor = input("s", {.dtype = DType::float64, .format = Format::dense, .shape = {}});
    Program program{.inputs = {g.a, factor}, .outputs = {factor * sum(g.a)}, .updates = {}};
    Function f = compile(program, world);
    const Value infinite = Value::whole(DType::float64, {});
    infinite.data<double>()[0] = std::numeric_limits<double>::infinity();
    EXPECT_EQ(f({{"u", g.u}, {"s", infinite}})[0].scalar(), std::numeric_limits<double>::infinity());
  });
}

}  // namespace
}  // namespace spgrad::tests

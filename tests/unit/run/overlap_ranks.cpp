// Sparse products in halves, while rows travel.
#include <gtest/gtest.h>

#include "src/ops/products/own_runs.hpp"
#include "tests/support/layouts.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/unit/run/regression.hpp"

namespace spgrad::tests {
namespace {

constexpr Index kNodes = 40, kWidth = 5;

// A sorted graph: node i and the nodes i + 1, i + 3, i + 9, .. around the circle.
Value graph(World& world, DType dtype, Format format) {
  const Layout nodes = random_layout(kNodes, world.size(), 8);
  std::vector<Index> indptr{0}, minors;
  for (Index i = nodes.begin(world.rank()); i < nodes.end(world.rank()); ++i) {
    std::vector<Index> row{i};
    for (Index step = 1, e = 0; e < i % 4; ++e, step *= 3) row.push_back((i + step) % kNodes);
    std::ranges::sort(row);
    minors.insert(minors.end(), row.begin(), row.end());
    indptr.push_back(static_cast<Index>(minors.size()));
  }
  const Value A = Value::sparse(dtype, format, make_sparsity(world, nodes, nodes, std::move(indptr), minors));
  for (Index p = 0; p < A.local_size(); ++p)
    dispatch(dtype, [&]<class T>() { A.data<T>()[static_cast<std::size_t>(p)] = T(static_cast<float>(1 + p % 3)); });
  return A;
}

Value block(World& world, DType dtype, Index modulus) {
  const Layout nodes = random_layout(kNodes, world.size(), 8);
  const Value x = Value::dense(dtype, {kNodes, kWidth}, 0, nodes, world.rank());
  const Index first = nodes.begin(world.rank()) * kWidth;
  for (Index i = 0; i < x.local_size(); ++i)
    dispatch(dtype, [&]<class T>() {
      x.data<T>()[static_cast<std::size_t>(i)] = T(static_cast<float>((first + i) % modulus - 2));
    });
  return x;
}

struct Case {
  const char* name;
  Vars (*outputs)(const Var& A, const Var& X, const Var& Y);
};
const Case kCases[] = {
    {"gather", [](const Var& A, const Var& X, const Var&) -> Vars { return {dot(A, X)}; }},
    {"scatter", [](const Var& A, const Var& X, const Var&) -> Vars { return {dot(T(A), X)}; }},
    {"onto",
     [](const Var& A, const Var& X, const Var& Y) -> Vars {
       return {Y - 2 * dot(A, X), Y + dot(T(A), X)};
     }},
    {"sample", [](const Var& A, const Var& X, const Var& Y) -> Vars { return {sampling_dot(X, Y, A)}; }},
    {"two readers",
     [](const Var& A, const Var& X, const Var& Y) -> Vars {
       return {dot(sampling_dot(Y, X, A), X), dot(A, X)};
     }},
    {"gradients",
     [](const Var& A, const Var& X, const Var& Y) -> Vars {
       const Var E = dot(A, dot(A, X)) - Y, loss = sum(real(E * conj(E)));
       return {loss, grad(loss, X), grad(loss, Y)};
     }},
    {"partial sums", [](const Var& A, const Var& X, const Var& Y) -> Vars { return {dot(T(A), X) + dot(T(A), Y)}; }},
};

Function compiled(World& world, const Case& c, const Value& A, const Value& X, const Value& Y, Overlap overlap,
                  bool check_nan = false) {
  const Var a = input("A", type_of(A)), x = input("X", type_of(X)), y = input("Y", type_of(Y));
  Program program{.inputs = {a, x, y}, .outputs = c.outputs(a, x, y), .updates = {}};
  program.overlap = overlap;
  program.check_nan = check_nan;
  return compile(program, world);
}

// Of whole numbers, which are not rounded.
TEST(Overlap, ChangesNoResult) {
  for_ranks([](World& world) {
    for (const Format format : {Format::csr, Format::csc})
      for (const DType of_A : {DType::float64, DType::float32, DType::complex128, DType::int32})
        for (const DType of_X : {DType::float64, DType::complex64})
          for (const Case& c : kCases) {
            SCOPED_TRACE(text(c.name, ", ", name(format), ", ", of_A, ", ", of_X));
            const Value A = graph(world, of_A, format), X = block(world, of_X, 7), Y = block(world, of_X, 5);
            const Bindings given{{"A", A}, {"X", X}, {"Y", Y}};
            for (const bool check_nan : {false, true}) {
              Function plain = compiled(world, c, A, X, Y, Overlap::never);
              Function halves = compiled(world, c, A, X, Y, Overlap::always, check_nan);
              const auto expected = plain(given);
              halves(given);
              const auto made = halves(given);
              for (std::size_t k = 0; k < expected.size(); ++k)
                EXPECT_TRUE(std::ranges::equal(made[k].bytes(), expected[k].bytes())) << "output " << k;
            }
          }
  });
}

TEST(Overlap, IsSeenInTheSchedule) {
  for_ranks([](World& world) {
    const Value A = graph(world, DType::float64, Format::csr), X = block(world, DType::float64, 7);
    Function halves = compiled(world, kCases[0], A, X, X, Overlap::always);
    halves({{"A", A}, {"X", X}, {"Y", X}});
    const std::string plan = halves.explain();
    EXPECT_NE(plan.find("while X@A arrives"), std::string::npos) << plan;
    EXPECT_LT(plan.find("= dot(A, X@A)"), plan.find("end   X@A")) << plan;
    Function whole = compiled(world, kCases[0], A, X, X, Overlap::never);
    whole({{"A", A}, {"X", X}, {"Y", X}});
    EXPECT_EQ(whole.explain().find("arrives"), std::string::npos);
  });
}

TEST(OwnRuns, AreWhereOwnMinorsStand) {
  for_ranks([](World& world) {
    const Value A = graph(world, DType::float64, Format::csr);
    const Sparsity& s = *A.sparsity();
    const OwnRuns* const runs = own_runs(s);
    if (world.size() == 2) {
      EXPECT_NE(runs, nullptr);
    }
    if (runs == nullptr) return;  // where little is own
    Index own = 0;
    for (std::size_t i = 0; i < runs->begins.size(); ++i)
      for (Index p = s.indptr[i]; p < s.indptr[i + 1]; ++p) {
        const Index j = s.global_minor(s.indices[static_cast<std::size_t>(p)]);
        const bool before = j < s.minor.begin(s.rank), behind = j >= s.minor.end(s.rank);
        EXPECT_EQ(p < runs->begins[i], before);
        EXPECT_EQ(p >= runs->ends[i], behind);
        own += !before && !behind;
      }
    EXPECT_EQ(own, runs->own);
  });
}

}  // namespace
}  // namespace spgrad::tests

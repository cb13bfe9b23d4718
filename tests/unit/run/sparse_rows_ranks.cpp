// Rows of a sparse operand that live elsewhere, in a schedule: ghost(k) and listed().
#include <gtest/gtest.h>

#include "spgrad/function.hpp"
#include "spgrad/ops.hpp"
#include "src/graph/letters.hpp"
#include "src/graph/run_context.hpp"
#include "tests/support/on_ranks.hpp"
#include "tests/unit/comm/matrices.hpp"

namespace spgrad::tests {
namespace {

// out[i] = sum over P's entries (i, k) of P_ik times the sum of A's row k
void run_weighted(RunContext& c) {
  const Sparsity& P = c.sparsity(0);
  const auto row_sum = [&](LocalIndex k) {
    const bool own = k < P.own_minors();
    const Value& A = own ? c.in(1) : c.ghost(1);
    const Index row = own ? k : k - P.own_minors();
    double sum = 0;
    for (Index p = A.sparsity()->indptr[row]; p < A.sparsity()->indptr[row + 1]; ++p) sum += A.data<double>()[p];
    return sum;
  };
  c.zero_out();
  for (Index i = 0; i < P.local_majors(); ++i)
    for (Index p = P.indptr[i]; p < P.indptr[i + 1]; ++p)
      c.out_data<double>()[i] += c.data<double>(0)[p] * row_sum(P.indices[p]);
}

constinit const Op weighted_row_sums{
    .name = "weighted_row_sums",
    .inputs = "P A",
    .letters = "ik kj -> i",
    .infer = [](const Node& n) { return dense_type(n); },
    .run = run_weighted,
    .spread = [](const Node&) -> Spreads {
      return {{{own(), ghost(0)}, own()}};
    },
};

// The rows of A in reverse order, on an even layout.
constinit const Op reversed_rows{
    .name = "reversed_rows",
    .inputs = "A",
    .letters = "_j -> _j",
    .infer = [](const Node& n) { return n.in[0]->type; },
    .run = [](RunContext& c) { c.set_out(c.out().with_data(c.in(0).buffer())); },
    .spread = [](const Node&) -> Spreads {
      return {{{listed()}, own()}};
    },
    .inspect = [](InspectContext& c) -> Inspection {
      return {c.in(0).sparsity(), nullptr};
    },
    .wants = [](const WantContext& c, int) -> std::vector<Index> {
      std::vector<Index> need;
      for (Index i = c.begin(); i < c.end(); ++i) need.push_back(c.layout.size() - 1 - i);
      return need;
    },
    .pattern = structural(),
};

constexpr Index kRows = 7, kMiddle = 9, kColumns = 5;

TEST(SparseRows, GhostsAreTheRowsThatThePatternNames) {
  for_ranks([](World& world) {
    Random random(31);
    const Var p = input("P", {DType::float64, Format::csr, {kRows, kMiddle}}),
              a = input("A", {DType::float64, Format::csr, {kMiddle, kColumns}}),
              c = input("C", {DType::float64, Format::csc, {kMiddle, kColumns}});
    const Var twice_a = weighted_row_sums(p, neg(a)), of_turned = weighted_row_sums(p, c);
    Function f = compile({.inputs = {p, a, c}, .outputs = {twice_a, of_turned}, .updates = {}}, world);
    for (int turn = 0; turn < 4; ++turn) {
      const auto P = random_entries(random, kRows, kMiddle, 30), A = random_entries(random, kMiddle, kColumns, 30);
      const auto cut = [&](Index n) { return random_layout(random, n, world.size()); };
      const Bindings values{{"P", matrix(world, Format::csr, DType::float64, P, cut(kRows), cut(kMiddle))},
                            {"A", matrix(world, Format::csr, DType::float64, A, cut(kMiddle), cut(kColumns))},
                            {"C", matrix(world, Format::csc, DType::float64, A, cut(kColumns), cut(kMiddle))}};
      std::vector<double> expected(kRows, 0.0);
      for (const Entry& x : P)
        for (const Entry& y : A)
          if (x.j == y.i) expected[x.i] += x.x.real() * y.x.real();
      for (int call = 0; call < 2; ++call) {
        const auto results = f(values);
        const Value minus = gather_all(world, results[0]), plus = gather_all(world, results[1]);
        for (Index i = 0; i < kRows; ++i) {
          EXPECT_DOUBLE_EQ(minus.data<double>()[i], -expected[i]);
          EXPECT_DOUBLE_EQ(plus.data<double>()[i], expected[i]);
        }
      }
    }
  });
}

TEST(SparseRows, ListedAreTheRowsThatTheOpNames) {
  for_ranks([](World& world) {
    Random random(32);
    const Var a = input("A", {DType::float64, Format::csr, {kRows, kColumns}});
    Function f = compile(
        {.inputs = {a}, .outputs = {reversed_rows(a), reversed_rows(reversed_rows(neg(a)))}, .updates = {}}, world);
    for (int turn = 0; turn < 4; ++turn) {
      const auto entries = in_storage_order(random_entries(random, kRows, kColumns, 30), Format::csr);
      const Value A = matrix(world, Format::csr, DType::float64, entries, random_layout(random, kRows, world.size()),
                             random_layout(random, kColumns, world.size()));
      auto reversed = entries, negative = entries;
      for (Entry& e : reversed) e.i = kRows - 1 - e.i;
      for (Entry& e : negative) e.x = -e.x;
      const auto first = f({{"A", A}}), second = f({{"A", A}});
      EXPECT_EQ(stored(world, first[0]), in_storage_order(reversed, Format::csr));
      EXPECT_EQ(stored(world, first[1]), negative);
      EXPECT_EQ(stored(world, second[0]), stored(world, first[0]));
      EXPECT_EQ(second[0].sparsity(), first[0].sparsity());
    }
    EXPECT_NE(f.explain().find("begin fetch       A -> "), std::string::npos) << f.explain();
  });
}

}  // namespace
}  // namespace spgrad::tests

// Every rewrite that Functions apply, on a graph in which it fires: the same values, types and stored patterns as
// without it, on one rank and on three, of which one has no rows; and the estimated cost is not above what it was.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "spgrad/distribute.hpp"
#include "spgrad/function.hpp"
#include "spgrad/ops.hpp"
#include "src/comm/world.hpp"

namespace spgrad::tests {
namespace {

constexpr Index kM = 12, kN = 10, kK = 3;
const Var kA = input("A", {DType::float64, Format::csr, {kM, kN}}),
          kB = input("B", {DType::float64, Format::csc, {kN, kK}});
const Var kS = input("S", {DType::float64, Format::csr, {kM, kM}});
const Var kX = input("X", {DType::float64, Format::dense, {kM, kK}}),
          kY = input("Y", {DType::float64, Format::dense, {kN, kK}});
const Var kZ = input("Z", {DType::float64, Format::dense, {kM, kN}}),
          kv = input("v", {DType::float64, Format::dense, {kN}});
const Var ku = input("u", {DType::float64, Format::dense, {kM}}), ks = input("s", {DType::float64, Format::dense, {}});
const Var kThin = input("thin", {DType::float64, Format::dense, {kM, 1}});

struct Row {
  std::string_view rule;
  std::function<Var()> graph;
};

const std::vector<Row>& rows() {
  static const std::vector<Row> all{
      {"transpose_of_transpose", [] { return ops::transpose(ops::transpose(kA)); }},
      {"neg_of_neg", [] { return neg(neg(kA)); }},
      {"conj_of_conj", [] { return ops::conj(ops::conj(cast(kZ, DType::complex128))); }},
      {"conj_of_real", [] { return ops::conj(kZ); }},
      {"cast_of_cast", [] { return cast(cast(cast(kZ, DType::float32), DType::float64), DType::float32); }},
      {"at_own_pattern", [] { return at(kA, sin(kA)); }},
      {"mul_by_ones", [] { return mul_e(sp_ones_like(kA), sin(kA)); }},
      {"ones_of_pattern", [] { return sp_ones_like(sin(kA)); }},
      {"data_of_csm",
       [] {
         const auto p = csm_properties(kA);
         return csm_data(csm(exp(p.data), p.indices, p.indptr, {kM, kN}));
       }},
      {"data_of_with_data", [] { return csm_data(with_data(kA, exp(csm_data(kA)))); }},
      {"dense_of_sparse_from_dense", [] { return dense_from_sparse(csr_from_dense(kZ)); }},
      {"remove0_twice", [] { return remove0(remove0(kA)); }},
      {"sort_twice", [] { return ensure_sorted_indices(ensure_sorted_indices(kA)); }},
      {"sum_duplicates_twice", [] { return sum_duplicates(sum_duplicates(kA)); }},
      {"sum_on_one_pattern", [] { return add(sin(kA), kA); }},
      {"product_on_one_pattern", [] { return mul(kA, sin(kA)); }},
      {"summed_already", [] { return sum_duplicates(sin(kA)); }},
      {"sorted_already", [] { return ensure_sorted_indices(kA); }},
      {"entries_by_one", [] { return mul(kA, 1); }},
      {"entries_by_scalar", [] { return mul_e(sin(kA), at(kA, ks)); }},
      {"scale_by_broadcast", [] { return mul(broadcast_like(ks, kZ), kZ); }},
      {"scale_of_broadcast", [] { return mul(broadcast_like(ks, kZ), 2); }},
      {"mul_by_one", [] { return mul(1, kZ); }},
      {"div_by_one", [] { return div(kZ, 1); }},
      {"add_zero", [] { return add(0, kZ); }},
      {"sub_zero", [] { return sub(kZ, 0); }},
      {"sum_of_constants", [] { return mul(add(Var(1.5), 2), kZ); }},
      {"difference_of_constants", [] { return mul(sub(Var(1.5), 2), kZ); }},
      {"product_of_constants", [] { return mul(kZ, mul(Var(1.5), 2)); }},
      {"quotient_of_constants", [] { return mul(kZ, div(Var(1), 3)); }},
      {"simple_power", [] { return pow(kZ, 2); }},
      {"scale_once", [] { return mul(2, mul(kZ, 0.25)); }},
      {"at_of_product", [] { return at(kA, dot(kX, T(kY))); }},
      {"at_of_sparse_factors", [] { return at(kA, ops::dot_s_s(kS, kA)); }},
      {"at_of_sparse_product", [] { return at(kA, true_dot(kS, kA)); }},
      {"mul_by_product", [] { return mul(kA, dot(kX, T(kY))); }},
      {"mul_by_sparse_factors", [] { return mul(kA, ops::dot_s_s(kS, kA)); }},
      {"at_of_elements", [] { return at(kA, neg(sub(kZ, mul(3, dot(kX, T(kY)))))); }},
      {"at_of_elements", [] { return at(kA, T(sqr(dot(kY, T(kX))))); }},
      {"at_of_elements", [] { return at(kA, mul(add(dot(kX, T(kY)), kv), col(ku))); }},
      {"mul_by_elements", [] { return mul(kA, sub(dot(kX, T(kY)), kZ)); }},
      {"products_in_order", [] { return dot(dot(kX, T(kY)), kv); }},
      {"products_in_order", [] { return dot(true_dot(T(kS), kS), ku); }},
      {"products_in_order", [] { return dot(T(ku), dot(kZ, kY)); }},
      {"factors_outside", [] { return dot(row_scale(kS, ku), kThin); }},
      {"factors_outside", [] { return dot(col_scale(kS, ku), kThin); }},
      {"factors_outside", [] { return dot(row_scale(kS, ku), ku); }},
      {"factors_outside", [] { return dot(mul(kS, ks), ku); }},
      {"factors_outside", [] { return dot(ku, col_scale(kS, ku)); }},
      {"factors_outside", [] { return dot(T(kThin), row_scale(kS, ku)); }},
      {"usmm_of_sum", [] { return add(kX, dot(kA, kY)); }},
      {"usmm_of_sum", [] { return add(mul(ks, neg(dot(kA, kY))), kX); }},
      {"usmm_of_sum", [] { return add(kX, div(dot(kA, kY), ks)); }},
      {"usmm_of_sum", [] { return add(T(kX), mul(mul(T(dot(kA, kY)), 3), ks)); }},
      {"usmm_of_sum", [] { return add(ku, dot(kA, kv)); }},
      {"usmm_of_sum", [] { return add(T(kY), mul(ks, dot(T(kX), kA))); }},
      {"usmm_of_difference", [] { return sub(kX, mul(ks, dot(kA, kY))); }},
      {"usmm_of_difference", [] { return sub(kY, mul(ks, conform(dot(T(kA), kX), kY))); }},
      {"usmm_of_difference", [] { return sub(mul(0.5, dot(kA, kY)), kX); }},
      {"sum_of_product", [] { return sum(mul(kX, sin(kX))); }},
      {"sum_of_square", [] { return sum(sqr(kX)); }},
      {"sum_of_entries", [] { return sp_sum(mul_e(kA, sin(kA))); }},
      {"sum_of_squares", [] { return sp_sum(sqr(kA)); }},
      {"sum_of_dot", [] { return sum(dot(kA, kY)); }},
      {"sum_of_dot", [] { return sum(dot(kX, T(kY)), 0); }},
      {"sum_of_dot", [] { return sum(dot(kX, T(kY)), 1); }},
  };
  return all;
}

double number(Index k) { return std::sin(static_cast<double>(3 * k + 1)); }

// Cut by hand: of three ranks the second has no rows.
Layout cut(Index n, int ranks) { return ranks == 1 ? Layout::even(n, 1) : Layout({0, n - 2, n - 2, n}); }

Value given(World& world, const Var& x) {
  const Type& type = x->type;
  const Shape& shape = type.shape;
  if (shape.ndim() == 0) return Value::scalar_of(1.5);
  if (!type.sparse()) {
    const Value v = Value::dense(type.dtype, shape, 0, cut(shape[0], world.size()), world.rank());
    const Index first = v.layout().begin(world.rank()) * v.row_length();
    for (std::size_t k = 0; k < v.data<double>().size(); ++k)
      v.data<double>()[k] = number(first + static_cast<Index>(k));
    return v;
  }
  // Every fifth position, one of them with an explicit zero.
  std::vector<Index> i, j;
  std::vector<double> entries;
  if (world.rank() == 0)
    for (Index p = 0; p < shape[0] * shape[1]; p += 5) {
      i.push_back(p / shape[1]);
      j.push_back(p % shape[1]);
      entries.push_back(p == 10 ? 0 : number(p));
    }
  const Value data = Value::whole(DType::float64, {static_cast<Index>(entries.size())});
  std::ranges::copy(entries, data.data<double>().begin());
  return from_coo(world, type.format, shape, i, j, data);
}

std::vector<Value> results(World& world, const Var& graph, std::span<const Rewrite> rules) {
  const Vars inputs{kA, kB, kS, kX, kY, kZ, kv, ku, ks, kThin};
  Function f = compile({inputs, {graph}, {}, rules}, world);
  Bindings bindings;
  for (const Var& x : inputs) bindings.emplace_back(x->name, given(world, x));
  std::vector<Value> out = f(bindings);
  for (Value& v : out)
    if (v.is_sparse() || v.cut() != kWhole) v = gather_all(world, v);
  return out;
}

void expect_same(const Value& x, const Value& y, std::string_view rule) {
  ASSERT_EQ(type_of(x), type_of(y)) << rule;
  if (x.is_sparse()) {
    EXPECT_TRUE(std::ranges::equal(x.sparsity()->indptr, y.sparsity()->indptr)) << rule;
    EXPECT_TRUE(std::ranges::equal(x.sparsity()->indices, y.sparsity()->indices)) << rule;
  }
  const Value a = cast(x, DType::complex128), b = cast(y, DType::complex128);
  const auto p = a.data<std::complex<double>>(), q = b.data<std::complex<double>>();
  ASSERT_EQ(p.size(), q.size()) << rule;
  for (std::size_t k = 0; k < p.size(); ++k) EXPECT_LE(std::abs(p[k] - q[k]), 1e-6 * (1 + std::abs(q[k]))) << rule;
}

const Rewrite& rule_of(std::string_view name) {
  const auto rules = default_rewrites();
  return *std::ranges::find(rules, name, &Rewrite::name);
}

// As the matrices are that given() makes.
Estimate as_given() {
  return Estimate([](const Var& x) { return static_cast<double>(x->type.shape.elements()) / 5; },
                  [](const Var&) { return PatternFacts{.unique = true, .sorted = true}; });
}

class RewriteValues : public testing::TestWithParam<int> {};

TEST_P(RewriteValues, AreThoseOfTheGraphAsItWas) {
  comm::pretend(GetParam(), [](World& world) {
    for (const Row& row : rows()) {
      const Var graph = row.graph();
      const auto with = results(world, graph, std::span(&rule_of(row.rule), 1)), without = results(world, graph, {});
      const auto all = results(world, graph, default_rewrites());
      if (world.rank() != 0) continue;
      expect_same(with[0], without[0], row.rule);
      expect_same(all[0], without[0], row.rule);
    }
  });
}
INSTANTIATE_TEST_SUITE_P(Ranks, RewriteValues, testing::Values(1, 3));

TEST(Rewrites, EachFiresAndWithTheOthersCostsNoMoreThanBefore) {
  std::set<std::string_view> seen;
  for (const Row& row : rows()) {
    std::vector<Fired> fired;
    rewrite({row.graph()}, std::span(&rule_of(row.rule), 1), as_given(), &fired);
    EXPECT_FALSE(fired.empty()) << row.rule << "\n" << to_string({row.graph()});
    const Vars all = rewrite({row.graph()}, default_rewrites(), as_given());
    EXPECT_LE(as_given().of(all).total(), as_given().of(Vars{row.graph()}).total())
        << row.rule << "\n"
        << to_string({row.graph()}) << "became\n"
        << to_string(all);
    seen.insert(row.rule);
  }
  for (const Rewrite& rule : default_rewrites()) EXPECT_TRUE(seen.contains(rule.name)) << rule.name << " has no row";
}

TEST(Rewrites, LeaveAProductThatIsBroadcast) {
  std::vector<Fired> fired;
  rewrite({add(T(kY), dot(T(kThin), kA))}, default_rewrites(), as_given(), &fired);
  EXPECT_TRUE(fired.empty()) << fired.front().rule;
}

TEST(Rewrites, LeaveDuplicatesApartWhereTheyMayBe) {
  std::vector<Fired> fired;
  rewrite({add(sin(kA), kA), mul(kA, sin(kA)), sum_duplicates(kA), ensure_sorted_indices(kA)}, default_rewrites(),
          Estimate(), &fired);
  EXPECT_TRUE(fired.empty()) << fired.front().rule;
}

TEST(Rewrites, LeaveAPartThatIsReadElsewhere) {
  const Var product = dot(kA, kY), dense = dot(kX, T(kY));
  std::vector<Fired> fired;
  rewrite({add(kX, mul(ks, product)), product}, default_rewrites(), as_given(), &fired);
  rewrite({at(kA, dense), sum(sin(dense))}, default_rewrites(), as_given(), &fired);
  EXPECT_TRUE(fired.empty()) << fired.front().rule;
}

}  // namespace
}  // namespace spgrad::tests

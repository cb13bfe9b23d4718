// Each of the rewrites that every Function applies fires where it should, and only there.
#include "spgrad/rewrite.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"

namespace spgrad::tests {
namespace {

struct Rewritten {
  Var var;
  std::vector<std::string> fired;
};

Rewritten rewritten(const Var& x) {
  Rewritten r;
  std::vector<spgrad::Fired> fired;
  r.var = rewrite({x}, default_rewrites(), Estimate(), &fired).front();
  for (const spgrad::Fired& f : fired) r.fired.emplace_back(f.rule);
  EXPECT_EQ(r.var->type, x->type);
  return r;
}

Var dense(Index m, Index n, DType dtype = DType::float64) { return input("D", {dtype, Format::dense, {m, n}}); }
Var sparse(Index m, Index n, DType dtype = DType::float64, Format format = Format::csr) {
  return input("A", {dtype, format, {m, n}});
}

using Names = std::vector<std::string>;

TEST(Rewrites, DropATransposeOfATranspose) {
  const Var A = sparse(5, 7);
  const auto r = rewritten(ops::transpose(ops::transpose(A)));
  EXPECT_EQ(r.fired, Names{"transpose_of_transpose"});
  EXPECT_EQ(r.var, A);
}

TEST(Rewrites, DropTwoSigns) {
  const Var D = dense(5, 7, DType::int8);
  EXPECT_EQ(rewritten(neg(neg(D))).var, D);
  EXPECT_EQ(rewritten(neg(D)).fired, Names{});
}

TEST(Rewrites, DropConjugatesThatChangeNothing) {
  const Var D = dense(5, 7), C = dense(5, 7, DType::complex64);
  EXPECT_EQ(rewritten(ops::conj(D)).fired, Names{"conj_of_real"});
  EXPECT_EQ(rewritten(ops::conj(D)).var, D);
  EXPECT_EQ(rewritten(ops::conj(ops::conj(C))).fired, Names{"conj_of_conj"});
  EXPECT_EQ(rewritten(ops::conj(C)).fired, Names{});
}

TEST(Rewrites, ComputeAProductOnlyWhereItIsRead) {
  const Var P = sparse(5, 7, DType::complex128), X = dense(5, 3, DType::float32), Y = dense(3, 7);
  const auto r = rewritten(at(P, dot(X, Y)));
  EXPECT_EQ(r.fired, Names{"at_of_product"});
  EXPECT_EQ(r.var->op, &ops::sampling_dot);
  EXPECT_EQ(r.var->type.dtype, DType::float64);
}

TEST(Rewrites, ComputeAScaledProductOnlyWhereTheScaleIsStored) {
  const Var P = sparse(5, 7, DType::float64, Format::csc), X = dense(5, 3), Y = dense(3, 7);
  const auto r = rewritten(mul(P, dot(X, Y)));
  EXPECT_EQ(r.fired, Names{"mul_by_product"});
  EXPECT_EQ(r.var->in[2], P);
}

TEST(Rewrites, LeaveAProductThatWrapsInItsOwnDtype) {
  const Var P = sparse(5, 7, DType::int64), X = dense(5, 3, DType::int8), Y = dense(3, 7, DType::int8);
  EXPECT_EQ(rewritten(mul(P, dot(X, Y))).fired, Names{});
}

TEST(Rewrites, ComputeAProductOfSparseFactorsOnlyWhereItIsRead) {
  const Var P = sparse(5, 7), A = sparse(5, 4), B = sparse(4, 7, DType::float64, Format::csc);
  EXPECT_EQ(rewritten(at(P, dot(A, B))).fired, Names{"at_of_sparse_factors"});
  EXPECT_EQ(rewritten(at(P, true_dot(A, B))).fired, Names{"at_of_sparse_product"});
  EXPECT_EQ(rewritten(mul(P, dot(A, B))).fired, Names{"mul_by_sparse_factors"});
  EXPECT_EQ(rewritten(mul(P, dot(A, B))).var->op, &ops::sampling_dot_s);
}

TEST(Rewrites, ComputeAProductWithOneSparseFactorOnlyWhereItIsReadIfItIsLargerThanBoth) {
  const Var P = sparse(5, 7);
  EXPECT_EQ(rewritten(at(P, dot(sparse(5, 4), dense(4, 7)))).fired, Names{"at_of_product"});
  EXPECT_EQ(rewritten(at(P, dot(dense(5, 4), sparse(4, 7)))).var->op, &ops::sampling_dot_s);
}

TEST(Rewrites, LeaveProductsThatAreBroadcastOrHaveOneSparseFactor) {
  const Var P = sparse(5, 7), v = dense(1, 3), Y = dense(3, 7), A = sparse(5, 6), B = dense(6, 7);
  EXPECT_EQ(rewritten(at(P, dot(v, Y))).fired, Names{});
  EXPECT_EQ(rewritten(at(P, dot(A, B))).fired, Names{});
}

TEST(Rewrites, TakeEntriesThatAreOnThePatternAsTheyAre) {
  const Var P = sparse(5, 7), g = neg(P);
  const auto r = rewritten(at(P, g));
  EXPECT_EQ(r.fired, Names{"at_own_pattern"});
  EXPECT_EQ(r.var, g);
  EXPECT_EQ(rewritten(at(P, sparse(5, 7))).fired, Names{});
}

TEST(Rewrites, SeeThatATransposeOfASquareMatrixIsAnotherPattern) {
  const Var P = sparse(5, 5);
  EXPECT_EQ(rewritten(at(P, T(P))).fired, Names{});
}

TEST(Rewrites, MultiplyByOnesByNotMultiplying) {
  const Var P = sparse(5, 7), G = at(P, dense(5, 7, DType::float32));
  const auto left = rewritten(mul_e(sp_ones_like(P), G)), right = rewritten(mul_e(G, sp_ones_like(P)));
  EXPECT_EQ(left.fired, Names{"mul_by_ones"});
  EXPECT_EQ(right.fired, Names{"mul_by_ones"});
  EXPECT_EQ(left.var->op, &ops::cast);
  EXPECT_EQ(rewritten(mul_e(sp_ones_like(P), sparse(5, 7))).fired, Names{});
}

TEST(Rewrites, ReadASumThatHasAProductInItPartByPart) {
  const Var P = sparse(5, 7), XY = dot(dense(5, 3), dense(3, 7)), D = dense(5, 7), v = dense(1, 7);
  EXPECT_EQ(rewritten(at(P, add(D, XY))).fired, (Names{"at_of_elements", "at_of_product"}));
  EXPECT_EQ(rewritten(at(P, add(XY, v))).var->op, &ops::add_s_s_data);
  EXPECT_EQ(rewritten(at(P, add(D, v))).fired, Names{});
}

// dot(A, W) twice: the gradient is a sum of two products.
TEST(Rewrites, MakeARegularGradientThatIsReadAtAPatternASampledOne) {
  const Var A = sparse(50, 70), W = dense(70, 4);
  const Var loss = sum(mul(dot(A, W), dot(A, W)));
  const auto r = rewritten(at(A, grad(loss, A)));
  EXPECT_TRUE(std::ranges::find(r.fired, "at_of_product") != r.fired.end());
  const std::string graph = to_string({r.var});
  EXPECT_EQ(graph.find("dense float64 (50 x 70)"), std::string::npos) << graph;
}

TEST(Rewrites, SumProductsWithoutAnArrayOfThem) {
  const Var D = dense(5, 7), E = dense(5, 7);
  EXPECT_EQ(rewritten(sum(mul(D, E))).fired, Names{"sum_of_product"});
  EXPECT_EQ(rewritten(sum(sqr(D))).fired, Names{"sum_of_square"});
  EXPECT_EQ(rewritten(sum(sqr(D), 0)).fired, Names{});
  EXPECT_EQ(rewritten(sum(mul(D, dense(1, 7)))).fired, Names{});
  EXPECT_EQ(rewritten(sum(mul(dense(5, 7, DType::int8), dense(5, 7, DType::int8)))).fired, Names{});
}

TEST(Rewrites, ScaleByANumberAndNotByAnArrayOfIt) {
  const Var D = dense(5, 7), s = input("s", {DType::float64, Format::dense, {}});
  const auto r = rewritten(mul(mul(broadcast_like(s, D), 2), D));
  EXPECT_EQ(r.fired, (Names{"scale_of_broadcast", "scale_by_broadcast"}));
  EXPECT_EQ(to_string({r.var}).find("broadcast_like"), std::string::npos) << to_string({r.var});
  const Var v = input("v", {DType::float64, Format::dense, {7}});
  EXPECT_EQ(rewritten(mul(broadcast_like(s, D), v)).fired, Names{});  // v is not as large as the result
}

}  // namespace
}  // namespace spgrad::tests

// What the properties of the op table do not tell of products of sparse matrices: refusals, and what is not made.
#include <gtest/gtest.h>

#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"

namespace spgrad::tests {
namespace {

Var sparse(Index m, Index n) { return input("A", {DType::float64, Format::csr, {m, n}}); }
Var dense(Index m, Index n) { return input("D", {DType::float64, Format::dense, {m, n}}); }

TEST(SparseProducts, AreRefusedWithoutASparseOperandOrWhereInnerSizesDiffer) {
  EXPECT_THROW(true_dot(dense(5, 7), dense(7, 3)), Error);
  EXPECT_THROW(true_dot(sparse(5, 7), sparse(6, 3)), Error);
  EXPECT_THROW(dot(sparse(5, 7), sparse(6, 3)), Error);
  EXPECT_THROW(structured_dot(sparse(5, 7), sparse(6, 3)), Error);
  EXPECT_THROW(sampling_dot(sparse(5, 3), sparse(7, 4), sparse(5, 7)), Error);
  EXPECT_THROW(as_format(sparse(5, 7), Format::dense), Error);
}

// The cotangent of a sum is constant: it meets sums of the other factor.
TEST(SparseProducts, HaveAGradientOfTheirSumWithoutAnArrayOfTheResult) {
  const Var A = sparse(500, 70), B = sparse(70, 600);
  const std::string graph = to_string(grad(sp_sum(true_dot(A, B)), Vars{A, B}));
  EXPECT_EQ(graph.find("dense float64 (500 x 600)"), std::string::npos) << graph;
}

}  // namespace
}  // namespace spgrad::tests

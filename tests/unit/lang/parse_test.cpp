#include "spgrad/parse.hpp"

#include <gtest/gtest.h>

#include "spgrad/grad.hpp"
#include "spgrad/ops.hpp"

namespace spgrad::tests {
namespace {

const Var kA = input("A", {DType::float64, Format::csr, {5, 7}});
const Var kB = input("B", {DType::float64, Format::csc, {7, 4}});
const Var kD = input("D", {DType::float64, Format::dense, {7, 3}});
const Var kV = input("v", {DType::float64, Format::dense, {7}});
const Names kNames{{"A", kA}, {"B", kB}, {"D", kD}, {"v", kV}};

std::string made(std::string_view expression) { return to_string({parse(expression, kNames)}); }
std::string made(const Var& x) { return to_string({x}); }

std::string complaint(std::string_view expression) {
  try {
    parse(expression, kNames);
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::usage);
    return e.what();
  }
  return "no complaint";
}

TEST(Parse, BindsOperatorsAsPythonDoes) {
  EXPECT_EQ(made("v + v * v"), made(add(kV, mul(kV, kV))));
  EXPECT_EQ(made("-v ** 2"), made(neg(pow(kV, 2))));
  EXPECT_EQ(made("v ** -2"), made(pow(kV, -2)));
  EXPECT_EQ(made("v - v - v"), made(sub(sub(kV, kV), kV)));
  EXPECT_EQ(made("v / 2 < v + 1.0"), made(lt(div(kV, 2), add(kV, 1.0))));
  EXPECT_EQ(made("A.T @ (A @ v)"), made(dot(transpose(kA), dot(kA, kV))));
}

TEST(Parse, MultipliesTwoSparseMatricesToASparseOne) {
  EXPECT_EQ(made("A @ B"), made(true_dot(kA, kB)));
  EXPECT_EQ(made("A @ D"), made(dot(kA, kD)));
  EXPECT_EQ(made("dot(A, B)"), made(dot(kA, kB)));
  EXPECT_EQ(made("A * A"), made(mul(kA, kA)));
  EXPECT_EQ(made("A ** 2.0"), made(structured_pow(kA, 2.0)));
}

TEST(Parse, TakesArgumentsByPlaceAndByName) {
  EXPECT_EQ(made("sum(D, axis=0)"), made(sum(kD, 0)));
  EXPECT_EQ(made("sum(D, -1)"), made(sum(kD, -1)));
  EXPECT_EQ(made("true_dot(A, B, grad_preserves_dense=False)"), made(true_dot(kA, kB, false)));
  EXPECT_EQ(made("vstack(A, A, format='csr')"), made(vstack({kA, kA}, Format::csr)));
  EXPECT_EQ(made("cast(A, 'float32')"), made(cast(kA, DType::float32)));
  EXPECT_EQ(made("d_matmul(D, d_T(D))"), made(dot(kD, transpose(kD))));
}

TEST(Parse, TakesSlicesListsAndElements) {
  EXPECT_EQ(made("A[1:3, ::2]"), made(get_item_2d(kA, {1, 3}, {{}, {}, 2})));
  EXPECT_EQ(made("A[2, -1]"), made(get_item_scalar(kA, 2, -1)));
  EXPECT_EQ(made("A[-1]"), made(get_item_2d(kA, {-1, {}})));
  EXPECT_EQ(made("D[2]"), made(sum(subtensor(kD, {2, 3}), 0)));
  EXPECT_EQ(made("v[-2:]"), made(subtensor(kV, {-2, {}})));
  EXPECT_EQ(parse("A[[0, 2, -1]]", kNames)->type.shape, (Shape{3, 7}));
  EXPECT_EQ(parse("A[:, [0, 2]]", kNames)->type.shape, (Shape{5, 2}));
  EXPECT_EQ(parse("A[[0, 1], [2, 2]]", kNames)->type.shape, (Shape{2}));
}

TEST(Parse, ReadsNumbersOfEveryKind) {
  EXPECT_EQ(parse("3", kNames)->type.dtype, DType::int64);
  EXPECT_EQ(parse("-3.5e-2", kNames)->value.scalar(), -3.5e-2);
  EXPECT_EQ(parse("1 - 2j", kNames)->value.data<std::complex<double>>()[0], std::complex<double>(1, -2));
  EXPECT_EQ(parse("[[1, 2, 3], [4, 5, 6.0]]", kNames)->type, (Type{DType::float64, Format::dense, {2, 3}}));
  EXPECT_TRUE(parse("2", kNames)->type.weak);
}

TEST(Parse, DifferentiatesWhatItHasRead) {
  EXPECT_EQ(made("grad(sum(sqr(A @ v)), v)"), made(grad(sum(sqr(dot(kA, kV))), kV)));
}

TEST(Parse, PointsAtWhatIsWrong) {
  EXPECT_EQ(complaint("smapling_dot(A, v)"),
            "column 1: there is no function 'smapling_dot'; did you mean 'sampling_dot'?\n"
            "  smapling_dot(A, v)\n"
            "  ^~~~~~~~~~~~");
  EXPECT_EQ(complaint("v + W"), "column 5: no input or definition is called 'W'; did you mean 'A'?\n  v + W\n      ^");
  EXPECT_EQ(complaint("sum(v, axis=)"), "column 13: a name was expected\n  sum(v, axis=)\n              ^");
  EXPECT_EQ(complaint("sum(v, axes=0)"),
            "column 8: sum has no parameter axes; it is sum(x, axis=None)\n  sum(v, axes=0)\n         ^~~~~~");
  EXPECT_EQ(complaint("(v + 1"), "column 1: this bracket is not closed\n  (v + 1\n  ^");
  EXPECT_EQ(complaint("v v"), "column 3: the expression should end here\n  v v\n    ^");
  EXPECT_EQ(complaint("1 + A @ D.T"),
            "column 5: dot(x y): x has 7 columns but y has 3 rows\n  1 + A @ D.T\n      ^~~~~~~\n"
            "    x = csr float64 (5 x 7)\n    y = dense float64 (3 x 7)");
}

TEST(Parse, SurvivesAnyNesting) {
  for (const char* part : {"(", "-", "[", "sum(", "v[", "2**"}) {
    std::string deep;
    for (int k = 0; k < 100000; ++k) deep += part;
    EXPECT_NE(complaint(deep).find("nested too deeply"), std::string::npos) << part;
  }
}

TEST(ParseStatements, DefineNamesInTheirOrder) {
  const auto all = parse_statements("# a model\nr = A @ v   # residual\nloss = sum(\n    sqr(r))\n", kNames);
  ASSERT_EQ(all.size(), 2);
  EXPECT_EQ(all[1].first, "loss");
  EXPECT_EQ(made(all[1].second), made(sum(sqr(dot(kA, kV)))));
}

TEST(ParseStatements, LetTheNameOfANumberBeAnAxis) {
  const auto all = parse_statements("k = 1\nrows = [0, 2]\ny = softmax(D[rows], k)\nz = k * v", kNames);
  EXPECT_EQ(to_string({all[2].second}), made("softmax(D[[0, 2]], 1)"));
  EXPECT_EQ(to_string({all[3].second}), made("1 * v"));
  EXPECT_THROW(parse_statements("k = 1.5\ny = softmax(D, k)", kNames), Error);
}

TEST(ParseStatements, RefuseANameThatIsThere) {
  EXPECT_THROW(parse_statements("A = v", kNames), Error);
  EXPECT_THROW(parse_statements("r = v\nr = v", kNames), Error);
}

}  // namespace
}  // namespace spgrad::tests
